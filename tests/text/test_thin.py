from __future__ import annotations

import gzip
import html
import json
import re

import pytest
from selectolax.lexbor import LexborHTMLParser

from browser.littleweb import fixtures
from browser.text.thin import Seen, why_thin
from tests.text.pages import data

URL = "https://site.example/a/page"
UNSEEN = ("script", "style", "template", "svg", "head", "noscript")


def look(source: str, url: str = URL, main: int | None = None) -> Seen:
    """What a reader of *source* would pass on."""
    tree = LexborHTMLParser(source)
    title = tree.css_first("title")
    links = len(tree.css("a[href]"))
    named = title.text() if title is not None else ""
    for tag in UNSEEN:
        for node in tree.css(tag):
            node.decompose()
    words = " ".join(tree.body.text(separator=" ").split()) if tree.body else ""
    size = len(words)
    return Seen(words[:4000], size, size if main is None else main, named, links, source, url)


def page(title: str, body: str, head: str = "") -> str:
    return (
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    )


CHALLENGE = "<script src=/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1></script>"
BOT_CHECKS = [
    page("Just a moment...", f"<h1>site.example</h1><p>Verifying you are human. This may take a few"
         f" seconds.</p><p>site.example needs to review the security of your connection before"
         f" proceeding.</p>{CHALLENGE}<p>Ray ID: 8a1 Performance &amp; security by Cloudflare"),
    page("Just a moment...", f"<div id=challenge></div>{CHALLENGE}"),
    page("Nur einen Moment…", f"<h1>site.example</h1><p>Überprüfung, dass Sie ein Mensch sind. Das "
         f"kann einige Sekunden dauern.</p>{CHALLENGE}"),
    page("Un instant…", f"<p>Vérifiez que vous êtes humain</p>{CHALLENGE}"),
    page("请稍候…", f"<p>site.example 需要先检查您的连接的安全性，然后才能继续。</p>{CHALLENGE}"),
    page("Один момент…", f"<p>Проверка, что вы человек.</p>{CHALLENGE}"),
    page("Please Wait... | Cloudflare", "<h1>Please wait...</h1><h2>We are checking your browser..."
         " site.example</h2><p>Please complete the security check to access</p>"),
    page("Attention Required! | Cloudflare", "<h1>Sorry, you have been blocked</h1><h2>You are "
         "unable to access site.example</h2><p>Why have I been blocked? This website is using a "
         "security service to protect itself from online attacks."),
    page("Access denied | site.example used Cloudflare to restrict access", "<h1>Error 1020</h1>"
         "<h2>Access denied</h2><p>What happened? This website is using a security service to "
         "protect itself from online attacks.</p>"),
    page("site.example", "<p>Please enable JS and disable any ad blocker</p><script "
         "src=https://ct.captcha-delivery.com/c.js></script>"),
    page("Access to this page has been denied", "<h1>Before we continue...</h1><p>Press &amp; Hold "
         "to confirm you are a human (and not a bot).</p><p>Reference ID 1c2</p>"
         "<div id=px-captcha></div>"),
    page("Access Denied", "<h1>Access Denied</h1> You don't have permission to access "
         '"http&#58;&#47;&#47;www.site.example&#47;" on this server.<p>Reference&#32;&#35;18.4f'
         "<p>https://errors.edgesuite.net/18.4f"),
    page("", "<iframe src=/_Incapsula_Resource?x></iframe>Request unsuccessful. Incapsula incident "
         "ID: 4430005-12"),
    page("Pardon Our Interruption", "<h1>Pardon Our Interruption</h1><p>As you were browsing "
         "something about your browser made us think you were a bot. You might have JavaScript "
         "disabled. A third-party browser plugin... made us think you might be a bot."),
    page("Human Verification", "<h1>JavaScript is disabled</h1> In order to continue, we need to "
         "verify that you're not a robot. This requires JavaScript. Enable JavaScript and then "
         "reload the page.<script>window.awsWafCookieDomainList=[];gokuProps={}</script>"),
    page("Robot Check", "<h4>Enter the characters you see below</h4><p>Sorry, we just need to make "
         "sure you're not a robot. For best results, please make sure your browser is accepting "
         "cookies.</p><h4>Type the characters you see in this image:</h4>"),
    page("Making sure you&#39;re not a bot!", "<h1>Making sure you're not a bot!</h1><p>Loading..."
         "<p>You are seeing this because the administrator of this website has set up Anubis to "
         "protect the server against the scourge of AI companies.<p>Protected by Anubis from "
         "Techaro. Made with love in Canada. " + "This is a compromise. " * 10),
    page("https://www.search.example/", "<p>About this page</p><p>Our systems have detected "
         "unusual "
         "traffic from your computer network. This page checks to see if it's really you."),
    page("Vercel Security Checkpoint", "<p>We're verifying your browser</p><p>Website owner? Click "
         "here to fix</p>"),
    page("Are you a robot?", "<p>We've detected unusual activity from your computer network. To "
         "continue, please click the box below to let us know you're not a robot."),
    page("site.example", "<h1>Checking your browser before accessing site.example.</h1><p>This "
         "process is automatic. DDoS protection by a service</p>"),
    page("Request Rejected", "The requested URL was rejected. Please consult with your "
         "administrator. Your support ID is: 1234567890"),
    page("Prüfung", "<h1>Bitte bestätigen Sie, dass Sie kein Roboter sind</h1><div "
         "class=g-recaptcha>"
         "</div>"),
    page("Verificación", "<p>Confirma que no eres un robot</p><div class=h-captcha></div>"),
    page("Ой!", "<p>Подтвердите, что запросы отправляли вы, а не робот</p><p>Я не робот"),
    page("百度安全验证", "<p>网络不给力，请稍后重试</p><p>请完成安全验证</p><p>问题反馈</p>"),
    page("確認", "<p>ロボットではないことを確認してください</p><div class=g-recaptcha></div>"),
]  # fmt: skip
COOKIES = (
    "We use cookies and data to deliver and maintain our services, track outages and protect "
    "against spam, fraud and abuse, measure audience engagement and site statistics. If you choose "
    "to accept all, we will also use cookies and data to develop and improve new services, deliver "
    "and measure the effectiveness of ads, show personalised content, depending on your settings. "
    "Reject all. Accept all. More options. Privacy Terms."
)
CONSENT_WALLS = [
    (page("Before you continue to Search", f"<h1>Before you continue</h1><p>{COOKIES}"
          f"<p>Afrikaans Bahasa Indonesia Dansk Deutsch English {'Ελληνικά Español ' * 20}"), URL),
    (page("Bevor Sie zur Videosuche weitergehen", "<h1>Bevor Sie zu uns weitergehen</h1><p>Wir "
          "verwenden Cookies und Daten, um Dienste bereitzustellen und Ausfälle zu prüfen. Wenn "
          "Sie "
          "„Alle akzeptieren“ auswählen, verwenden wir Cookies und Daten auch für Werbung. Alle "
          "ablehnen Alle akzeptieren Weitere Optionen Datenschutzerklärung"), URL),
    (page("Yahoo ist Teil der Yahoo Markenfamilie", "<h2>Die Sites, die Sie nutzen</h2><p>Wenn Sie "
          "unsere Sites und Apps nutzen, verwenden wir Cookies, um sie bereitzustellen, um Nutzer "
          "zu authentifizieren. Wenn Sie auf „Alle akzeptieren“ klicken, verarbeiten wir und "
          "unsere Partner (auch 240, die dem Transparency Framework angehören) Informationen auf "
          "einem Gerät und personenbezogene Daten. Alle akzeptieren Alle ablehnen"),
     "https://consent.site.example/v2/collectConsent?sessionId=3"),
    (page("Site - Zustimmung", "<h1>Weiterlesen mit Werbung</h1><p>Besuchen Sie uns wie gewohnt "
         "mit "
          "Werbung und Tracking. Details zu Cookies und Tracking im Privacy Center. Akzeptieren "
          "und "
          "weiter</p><h1>… oder Pur-Abo</h1><p>Nutzen Sie uns ganz ohne Werbetracking und "
          "praktisch "
          "werbefrei. Bereits Pur-Abonnent? Zwecke: Speicherung auf einem Gerät, personalisierte "
          "Werbung, Messung, Entwicklung von Angeboten."), URL),
    (page("Site", "<h2>Votre vie privée</h2><p>Avec votre consentement, nos partenaires et nous "
          "utilisons des cookies pour stocker et accéder à des données personnelles comme votre "
          "visite. Vous pouvez refuser. Tout accepter. Continuer sans accepter. Publicités et "
          "contenu personnalisés, mesure de performance des publicités."), URL),
    (page("Sitio", "<p>Utilizamos cookies propias y de nuestros partners para mostrar anuncios "
          "personalizados y medir datos de audiencia. Puedes aceptar o rechazar su uso. Aceptar "
          "todo. Rechazar todo. Configurar cookies y privacidad."), URL),
    (page("Sito", "<p>Noi e i nostri partner utilizziamo i cookie per pubblicità e dati personali. "
          "Accetta tutto. Rifiuta tutto. Preferenze sui cookie e sul consenso."), URL),
]  # fmt: skip
PASSWORD = '<form><input type=email><input type="password"><button>Go</button></form>'
LOGIN_WALLS = [
    (page("Sign Up | LinkedIn", "<h1>Join LinkedIn</h1><p>Email Password (6+ characters) By "
         "clicking "
          f"Agree &amp; Join you agree to the User Agreement.</p>{PASSWORD}<p>Already on LinkedIn? "
          "Sign in"), "https://www.social.example/authwall?trk=x"),
    (page("Login • Instagram", f"<p>Phone number, username, or email "
         f"Password</p>{PASSWORD}<p>Forgot "
          "password? Don't have an account? Sign up"), "https://social.example/accounts/login/"),
    (page("Log into Facebook", f"<h1>Log in to Facebook</h1><p>You must log in to continue."
          f"{PASSWORD}Forgotten account?"), URL),
    (page("Log in to X / X", "<h1>Sign in to X</h1><p>Sign in with Apple or Phone, email, or "
          "username. Forgot password? Don't have an account? Sign up"),
     "https://x.example/i/flow/login"),
    (page("Site", "<p>Sign in to continue to Site Documents</p>"), URL),
    (page("Forum - Login required", "<h1>Login required</h1><p>You must be logged in to view this "
          "forum.</p>" + PASSWORD), URL),
    (page("Anmelden – Portal", f"<h1>Anmelden</h1><p>Bitte melden Sie sich an, um die Seite zu "
         f"sehen."
          f"{PASSWORD}Passwort vergessen?"), URL),
    (page("Connexion", f"<p>Connectez-vous pour continuer</p>{PASSWORD}<p>Mot de passe oublié "
         f"?"), URL),
    (page("Iniciar sesión", f"<p>Correo y contraseña</p>{PASSWORD}<p>¿Olvidaste?</p>"), URL),
    (page("提示信息 - 论坛", "<p>抱歉，您需要登录后才可以查看附件。立即注册</p>"), URL),
    (page("ログイン", f"<p>続けるにはログインしてください。</p>{PASSWORD}"), URL),
    (page("Вход", f"<p>Войдите, чтобы продолжить</p>{PASSWORD}<p>Забыли пароль?"), URL),
]  # fmt: skip
NAV = "<nav>" + "".join(f"<a href=/{n}>Department number {n}</a> " for n in range(120)) + "</nav>"
MISSING = [
    page("404 Not Found", "<center><h1>404 Not Found</h1></center><hr><center>nginx/1.24"),
    page("404: This page could not be found", "<h1>404</h1><h2>This page could not be found.</h2>"),
    page(
        "Page not found | Gazette",
        "<h1>Page not found</h1><p>Sorry, the page you are looking for "
        "does not exist.<form>Search</form>",
    ),
    page(
        "Gazette",
        "<h1>Page Not Found</h1><p>We can't find the page you asked for. It may have been"
        " moved. Try the home page.",
    ),
    page("Site not found · Pages", "<h1>404</h1><p>There isn't a site here.</p>"),
    page("Seite nicht gefunden – Zeitung", "<h1>Seite nicht gefunden</h1><p>Leider ist sie fort."),
    page("Page introuvable - Journal", "<h1>Erreur 404</h1><p>La page n'existe pas ou plus."),
    page("Página no encontrada", "<p>Lo sentimos, la página que busca no existe."),
    page("Página não encontrada | Jornal", "<p>A página que você procura não existe."),
    page("Pagina non trovata", "<p>La pagina che cercavi non esiste più."),
    page("Pagina niet gevonden", "<p>Deze pagina bestaat niet meer."),
    page("Страница не найдена", "<p>Возможно, она была удалена."),
    page(
        "ページが見つかりません｜新聞", "<p>お探しのページは移動または削除された可能性があります。"
    ),
    page("页面不存在", "<p>抱歉，您访问的页面不存在或已被删除。返回首页"),
    page("페이지를 찾을 수 없습니다", "<p>주소를 다시 확인해 주세요."),
    page("الصفحة غير موجودة", "<p>عذرا، الصفحة التي تبحث عنها غير موجودة."),
]
PARKED = [
    page("site.example", "<h1>site.example</h1><p>This domain is for sale! Buy this domain.</p>"
         "<p>Related searches: insurance, flights, hotels</p>"),
    page("site.example is for sale!", "<p>site.example</p><p>Make an offer. " + "Fast and safe "
         "transfer of your new name, with support in every step. " * 10 + "<a "
         "href=//sedo.com>x</a>"),
    page("site.example", "<p>Diese Domain steht zum Verkauf! Jetzt Angebot abgeben.</p>"),
    page("site.example", "<p>Ce domaine est à vendre. Contactez le propriétaire.</p>"),
    page("Parked", "<p>This web page is parked FREE, courtesy of a registrar.</p>"),
]  # fmt: skip
SCRIPT = "<script src=/static/main.3f.js></script>"
SHELLS = [
    page("React App", f'<div id="root"></div>{SCRIPT}'),
    page("App", f"<noscript>You need to enable JavaScript to run this app.</noscript><div id=root>"
         f"</div>{SCRIPT}"),
    page("App", f"<p>You need to enable JavaScript to run this app.</p><div "
         f"id=root></div>{SCRIPT}"),
    page("shop", f"<p>We're sorry but shop doesn't work properly without JavaScript enabled. "
         f"Please "
         f"enable it to continue.</p><div id=app></div>{SCRIPT}"),
    page("X", f"<h1>JavaScript is not available.</h1><p>We've detected that JavaScript is "
         f"disabled in"
         f" this browser. Please enable JavaScript or switch to a supported browser.</p>{SCRIPT}"),
    page("App", f"<p>Bitte aktivieren Sie JavaScript: die Seite benötigt JavaScript.</p>{SCRIPT}"),
    page("App", f"<p>Veuillez activer JavaScript pour continuer.</p>{SCRIPT}"),
    page("App", f"<p>Por favor, habilite JavaScript en su navegador.</p>{SCRIPT}"),
    page("App", f"<p>JavaScriptを有効にしてください。</p>{SCRIPT}"),
    page("Reader", f'<div id="__next"><div class=spinner>Loading...</div></div>{SCRIPT}'),
    page("Reader", f"<div>Wird geladen …</div>{SCRIPT}"),
    page("读者", f"<div id=app>加载中...</div>{SCRIPT}"),
    page("Reader", SCRIPT),
]  # fmt: skip
STUBS = [
    (page("Redirecting", "<p>Redirecting…</p>", "<meta http-equiv=refresh content='0; url=/new'>"),
     "https://site.example/new"),
    (page("", "", "<meta content=\"0;URL='https://other.example/x?a=1&amp;b=2'\" "
         "http-equiv=Refresh>"),
     "https://other.example/x?a=1&b=2"),
    (page("Redirecting...", "<p>If you are not redirected, <a href='../next'>click here</a>."),
     "https://site.example/next"),
    (page("301 Moved Permanently", "<h1>Moved Permanently</h1>The document has moved <a "
          "href=https://site.example/b/>here</a>."), "https://site.example/b/"),
    (page("Weiterleitung", "<p>Sie werden weitergeleitet … <a href=/ziel>Weiter</a>"),
     "https://site.example/ziel"),
    (page("", '<script>window.location.replace("https://site.example/en/")</script>'),
     "https://site.example/en/"),
    (page("Redirection", "<p>Redirection en cours</p><script>location.href='/fr';</script>"),
     "https://site.example/fr"),
]  # fmt: skip


@pytest.mark.parametrize("source", BOT_CHECKS)
def test_a_check_for_robots_is_one(source: str):
    assert "check for robots" in (why_thin(look(source)) or "")


@pytest.mark.parametrize(("source", "url"), CONSENT_WALLS)
def test_a_question_for_consent_is_one(source: str, url: str):
    assert "consent" in (why_thin(look(source, url)) or "")


@pytest.mark.parametrize(("source", "url"), LOGIN_WALLS)
def test_a_login_wall_is_one(source: str, url: str):
    assert "login form" in (why_thin(look(source, url)) or "")


@pytest.mark.parametrize("source", MISSING)
def test_a_page_that_is_not_there_is_none(source: str):
    assert "no such page" in (why_thin(look(source)) or "")


def test_the_navigation_around_an_error_page_is_no_text_of_its_own():
    source = page(
        "Page not found - Shop", f"{NAV}<main><h1>Page not found</h1><p>Sorry.</main>{NAV}"
    )
    assert "no such page" in (why_thin(look(source, main=25)) or "")
    assert why_thin(look(source)) is None  # without knowing what is main, it may be text


@pytest.mark.parametrize("source", PARKED)
def test_a_parked_domain_is_one(source: str):
    assert "parked" in (why_thin(look(source)) or "")


@pytest.mark.parametrize("source", SHELLS)
def test_a_page_that_waits_for_its_scripts_is_a_shell(source: str):
    assert why_thin(look(source)) == (
        "the page shows no text without running its scripts. Choose another source."
    )


@pytest.mark.parametrize(("source", "target"), STUBS)
def test_a_stub_of_a_redirect_names_its_target(source: str, target: str):
    assert why_thin(look(source)) == (
        f"the page only leads on to {target}. Open that address instead."
    )


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "http://[", "#top"])
def test_a_target_that_cannot_be_opened_is_not_named(address: str):
    source = page("Redirecting", f"<p>Redirecting … <a href='{address}'>on</a>{SCRIPT}")
    said = why_thin(look(source)) or ""
    assert said.startswith("the page only says that it leads elsewhere")
    assert address not in said


def test_an_empty_page_says_so():
    assert why_thin(look("<p></p>")) == "the page has no text. Choose another source."


def test_every_sentence_says_what_to_do_next():
    samples = [BOT_CHECKS[0], CONSENT_WALLS[4][0], LOGIN_WALLS[4][0], MISSING[2], PARKED[0],
               SHELLS[0], STUBS[0][0], "<p></p>"]  # fmt: skip
    said = [why_thin(look(source)) for source in samples]
    assert len(set(said)) == len(samples)
    assert all(
        re.search(r"(?:hoose another source|Open that address instead)\.\Z", s or "") for s in said
    )


GLOSSARY = (
    "A test of this kind asks for what people do with ease and machines do not: to read bent "
    "letters, to find all boats in nine pictures, to move a piece of a puzzle into its place. The "
    "name was made up at a university in the year 2000. Since then machines have become better at "
    "such tests than people, and most sites now look at how a visitor moves and waits instead. "
    "People who cannot see or hear well fail them more often than others, which is why guidelines "
    "for access ask for at least two kinds, one to be seen and one to be heard. "
) * 2
LONG = "<p>" + "The lamp on the pier was lit at dusk, and the keeper wrote down the hour. " * 40
PAGES = [
    page("Example Domain", "<h1>Example Domain</h1><p>This domain is for use in illustrative "
         "examples "
         "in documents. You may use this domain in literature without prior coordination or asking "
         "for permission.</p><p><a href=https://iana.example/>More information...</a>"),
    page("", "OK"),
    page("Cookies with walnuts", "<h1>Cookies with walnuts</h1><p>Mix flour, butter and sugar for "
         "the cookies. Chop the walnuts. Bake the cookies for ten minutes. Let the cookies cool. "
         f"Keep the cookies in a tin.<div class=banner>{COOKIES}</div>"),
    page("Momento | Restaurante", "<h1>Momento</h1><p>Abierto de martes a domingo.</p><form><div "
         "class=g-recaptcha></div></form><script src=/cdn-cgi/challenge-platform/h/b/scripts/jsd/"
         "x/main.js></script>"),
    page("Boat for sale", "<h1>Boat for sale!</h1><p>This one is for sale! Wood, 1962, dry."),
    page("Newsletter - Sign up", "<h1>Newsletter</h1><p>Seven stories every morning at six.</p>"
         "<form><input type=email></form>"),
    page("Status", "<h1>All systems operational</h1><p>API up. Web up.",
         "<meta http-equiv=refresh content=60>"),
    page("Timetable", "<h1>Ferry times</h1><p>8:00, 9:30, 11:00",
         f"<meta http-equiv=refresh content='20; url={URL}'>"),
    page("How Cloudflare's “Just a moment...” page works", f"<h1>How “Just a moment...” works</h1>"
         f"<p>Checking your browser before accessing a site is a check for robots.{LONG}"),
    page("CAPTCHA", f"<h1>CAPTCHA</h1><p>A test to confirm you are a human.{LONG}"),
    page("Just a moment", f"<h1>Just a moment</h1><p>A song.{LONG}"),
    page("Just a Moment", "<h1>Just a Moment</h1><p>A song by the Lanterns, 1998. Verse one: the "
         "tide is going out, and so are you."),
    page("404 Not Found - HTTP", "<h1>404 Not Found</h1><p>The HTTP 404 Not Found client error "
         "response status code indicates that the server cannot find the requested resource. Links "
         "that lead to a 404 page are often called broken or dead links. A 404 status code only "
         "indicates that the resource is missing, without saying whether it is so for good."),
    page("The 404 museum", "<h1>The 404 museum</h1><p>Funny error pages: page not found, and a "
         "cat."),
    page("404 | The Lanterns", "<h1>404</h1><p>Single, 1998. Buy now for 2 EUR."
         " Recorded on the pier, with a borrowed drum and the sound of the evening ferry. "),
    page("Page not found", f"<h1>Page not found</h1><p>A poem of the lost page.{LONG}"),
    page("Login forms - Docs", f"<h1>Login forms</h1><p>Use autocomplete. {PASSWORD}<p>A form asks "
         "the visitor for a name and a password, and sends both to the server over TLS. Say what "
         "was wrong without saying which of the two it was."),
    page("Sign in with a passkey", f"<h1>Sign in with a passkey</h1>{LONG}{PASSWORD}"),
    page("How to fix a tap - Forum", f"<header>Log in {PASSWORD} Forgot password? Register</header>"
         "<h1>How to fix a tap</h1><p>ann: Turn off the water first.<p>bo: Then take the handle "
         "off "
         "and change the washer, it costs next to nothing. I did mine on a Sunday and it has not "
         "dripped since. Mind the thread. <footer>You must be logged in to reply.</footer>"),
    page("Cookie policy", f"<h1>Cookie policy</h1><p>{COOKIES}"),
    page("Our bakery", "<h1>Our bakery</h1><p>Bread from seven in the morning, cake from ten. We "
         "are "
         "closed on Mondays, and on the day after a holiday, since somebody has to sleep. Find "
         "us at "
         "the corner of Pier Street and Lamp Lane, next to the post office. Order by telephone."
         f"<div class=banner>{COOKIES}</div>"),
    page("Our bakery", f"<div class=banner>{COOKIES}</div><h1>Our bakery</h1><p>Bread from seven "
         f"in "
         "the morning, cake from ten. We are closed on Mondays, and on the day after a holiday, "
         "since"
         " somebody has to sleep. Find us at the corner of Pier Street and Lamp Lane, next to the "
         "post office. We bake rye, wheat and spelt, and on Fridays a loaf with walnuts. Our "
         "oven is "
         "older than we are, and our sourdough is older than the oven. Come early."),
    page("Redirects - Docs", "<h1>Redirecting users</h1><p>To redirect a user to another page, "
         "answer"
         " with a Location header field, or write a meta refresh for hosts that serve only files. "
         "Search engines follow both. Do not chain redirects: each one costs a round trip, and "
         "some "
         "clients stop after five of them. Use 301 for good and 302 for now.<a href=/x>More</a>"),
    page("How to enable JavaScript", "<h1>How to enable JavaScript</h1><ol><li>Open the settings "
         "of "
         "your browser.<li>Choose Privacy, then Site settings, then JavaScript.<li>Allow it for "
         "all "
         "sites, or for the sites you name.<li>Close the settings and reload the page. If nothing "
         f"changes, an add-on may stop it: turn add-ons off one by one.</ol>{SCRIPT}"),
    page("Domain prices", "<h1>What a domain costs</h1><p>When a domain is for sale, ask what it "
         f"earned.{LONG}"),
    page("Loading docks", f"<h1>Loading docks</h1><p>Three docks, open from 6 to 18.</p>{SCRIPT}"),
    page("Story", "<h1>The keeper</h1><p>The lamp was lit at dusk, and the keeper wrote down the "
         "hour. Then he went down to the boat.</p><p>Subscribe to read the rest of this story. "
         "Already a subscriber? Sign in."),
    page("Search results", "<h1>Search results</h1><p>Nothing found for “lampp”. Did you mean "
         "lamp?"),
    page("CAPTCHA | Security glossary", "<h1>CAPTCHA</h1><p>A box beside the words “I'm not a "
         f"robot” is the best known kind of it. {GLOSSARY}"),
    page("CAPTCHA", f"<h1>CAPTCHA</h1><p>A box that says “I'm not a robot”. {GLOSSARY}"),
    page("Blocked", f"<h1>Blocked</h1>{GLOSSARY} “You have been blocked”, he said."),
    page("Notes", f"<h1>Notes</h1><p>Click “I'm not a robot”. {GLOSSARY[:500]}<form><div "
         "class=g-recaptcha></div></form>"),
    page("Blocked - Roblox Wiki guide", "<h1>Blocked</h1><p>“You have been blocked” is what a "
         f"player reads whom the owner of a place keeps out. {GLOSSARY[:700]}"),
    page("403 Forbidden | HTTP status codes", "<h1>403 Forbidden</h1><p>“You don't have permission "
         "to access this resource” is how servers word it. The request was understood, and sending "
         "it again with the same credentials changes nothing. Ask the owner for access."),
    page("Sign in | Acme SDK documentation", "<h1>Sign in</h1><p>Call client.signIn() before any "
         "other method. Without a session the service answers “Please sign in to continue”, which "
         f"the client raises as an error. {GLOSSARY[:450]}"),
    page("Sign in", "<h1>Sign in</h1><p>Call client.signIn() first. Without a session the service "
         f"answers “Please sign in to continue”. {GLOSSARY[:500]}"),
    page("404 Not Found | HTTP status codes", "<h1>404 Not Found</h1><p>The server cannot find the "
         "requested resource. In a browser this means that the URL is not recognised. In an API it "
         "may mean that the endpoint is valid and the resource does not exist. Servers may send it "
         "instead of 403 to hide that a resource exists from a client that may not see it."),
    page("404 Not Found", "<h1>404</h1><p>A play in one act. A clerk waits at a counter for a "
         "parcel that nobody sent. At noon the parcel comes. The clerk signs for it and puts it on "
         "a shelf beside the others, and the lamp over the counter goes out for the night."),
    page("Browser help", "<h1>Browser help</h1><p>Please enable JavaScript: open Settings, choose "
         f"Privacy, then Site settings, and allow it for all sites.{SCRIPT}"),
    page("Our café", "<p>Please enable JavaScript for the map. We open at seven in the morning, "
         f"and close when the last guest has gone.{SCRIPT}"),
    page("Haiku", f"<p>An old silent pond…</p><div id=root></div>{SCRIPT}"),
]  # fmt: skip


@pytest.mark.parametrize(
    "source",
    [
        page("Login | Company Wiki", f"<p>Name Password {PASSWORD} Forgot password?</p>"),
        page("Page not found | Lamp Docs", "<h1>Page not found</h1><p>Sorry, it does not exist."),
        page("CAPTCHA", f"<p>Click “I'm not a robot”. {GLOSSARY[:500]}<div id=px-captcha></div>"),
        page("Page not found", "<h1>Page not found</h1><p>Sorry, the page you are looking for does "
             "not exist. It may have been moved or deleted. Check that the URL is right, go back "
             "to the home page, or use the search at the top of this page to find what you need. "
             "If the link you followed is on our site, please contact us so that we can mend it."),
    ],
)  # fmt: skip
def test_a_wall_under_a_title_of_documents_or_of_some_length_is_still_one(source: str):
    assert why_thin(look(source)) is not None


@pytest.mark.parametrize("source", PAGES)
def test_a_real_page_stays_a_page(source: str):
    assert why_thin(look(source)) is None


@pytest.mark.parametrize("source", [*BOT_CHECKS, *MISSING, *SHELLS, *(one for one, _ in STUBS)])
def test_what_makes_a_page_thin_does_not_make_a_long_page_thin(source: str):
    longer = source.replace("<body>", f"<body><main>{LONG * 2}</main>")
    assert why_thin(look(longer)) is None


def test_hostile_sources_are_read_in_bounded_time():
    for piece in (
        "<meta ",
        "<h1",
        "<a href=",
        "<meta http-equiv=refresh content=",
        "&lt;",
        "'",
        "<",
    ):
        flood = piece * 200_000
        for words in ("", "Redirecting", "Loading...", "cookie " * 500):
            seen = Seen(words, len(words), len(words), html.escape(piece) * 500, 0, flood, "no url")
            assert why_thin(seen) is None or isinstance(why_thin(seen), str)


THIN = {
    "shop.tallowandpine.test/configurator": "without running its scripts",
    "www.hafenkurier.test/mediathek": "consent",
    "forum.spokesandgears.test/attachments": "check for robots",
    "reelarchive.test/screening-room": "login form",
    "www.cocinadelmar.test/recetas/sopa-de-ajo": "no such page",
    "www.harborledger.test/local/2023/03/12/east-steps-lit-again": "without running its scripts",
}
WEB = fixtures() / "web"


@pytest.mark.parametrize(
    "path", sorted(path.relative_to(WEB).with_suffix("").as_posix() for path in WEB.rglob("*.html"))
)
def test_of_the_little_web_only_what_stands_in_front_of_a_page_is_thin(path: str):
    source = (WEB / f"{path}.html").read_bytes().decode("utf-8", "replace")
    seen = look(source, f"http://{path}")
    main = LexborHTMLParser(source).css_first("main")
    said = why_thin(seen._replace(main_size=len(main.text()) if main else seen.size))
    if path in THIN:
        assert THIN[path] in (said or "")
    else:
        assert said is None


CORPORA = ["aeb", "defuddle", "magic-article", "magic-forum", "newspaper", "readability",
           "trafilatura", "wcxb-dev", "wcxb-test", "wmb-sample"]  # fmt: skip


@pytest.mark.parametrize("corpus", CORPORA)
def test_no_real_page_with_text_is_called_thin(corpus: str):
    folder = data("pages", corpus)
    for record in map(json.loads, (folder / "gold.jsonl").read_text("utf-8").strip().split("\n")):
        raw = gzip.decompress((folder / "pages" / f"{record['id']}.html.gz").read_bytes())
        seen = look(raw.decode("utf-8", "replace"), record["url"])
        if seen.size:  # else all of the text stands in <noscript> or in data
            for main in (seen.size, 0):
                assert why_thin(seen._replace(main_size=main)) is None, record["id"]
