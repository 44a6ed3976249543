"""The words of pages that stand in front of other pages, as sites and their services write them.

All in lower case, with plain apostrophes. A title counts when one of its parts, between dashes,
bars or colons, is one of those here; a phrase counts where it stands; a mark is looked for
in the source.
"""

from __future__ import annotations

BOT_TITLES = frozenset(
    {
        "just a moment", "attention required!", "please wait", "one more step", "access denied",
        "access to this page has been denied", "pardon our interruption", "human verification",
        "robot check", "are you a robot", "are you human", "security check", "bot verification",
        "captcha", "captcha check", "client challenge", "ddos-guard", "vercel security checkpoint",
        "making sure you're not a bot!", "making sure you're not a bot", "verification required",
        "checking your browser", "verify you are human", "security verification", "blocked",
        "request rejected", "403 forbidden", "unusual traffic", "are you not a robot",
        "nur einen moment", "einen moment, bitte", "sicherheitsüberprüfung", "un instant",
        "un momento", "um momento", "un attimo", "een moment geduld", "chwileczkę", "один момент",
        "bir dakika lütfen", "请稍候", "請稍候", "しばらくお待ちください", "잠시만 기다리십시오",
        "лёгкая проверка", "вы не робот", "ой", "百度安全验证", "安全验证", "访问验证", "验证码",
        "sina visitor system", "зачекайте", "لحظة", "momento", "vérification de sécurité",
    }
)  # fmt: skip
BOT_PHRASES = (
    "checking your browser", "checking if the site connection is secure", "verifying you are human",
    "verify you are human", "verify that you are human", "verify that you're not a robot",
    "verify you are not a robot", "verifying your browser",
    "needs to review the security of your connection", "performing security verification",
    "enable javascript and cookies to continue", "disable any ad blocker",
    "please complete the security check", "complete the captcha", "solve the captcha",
    "solve this captcha", "you have been blocked", "you've been blocked by network security",
    "using a security service to protect itself", "to restrict access", "press & hold to confirm",
    "press and hold to confirm", "confirm you are a human", "confirm you are human",
    "confirm you're human", "you don't have permission to access", "incapsula incident id",
    "request unsuccessful", "made us think that you are a bot", "made us think you are a bot",
    "made us think you might be a bot", "you're not a robot", "you are not a robot",
    "you are a robot", "i'm not a robot", "i am not a robot", "you're not a bot",
    "protected by anubis", "unusual traffic from your", "unusual activity from your",
    "type the characters you see", "enter the characters you see", "automated access to",
    "ddos protection by", "the requested url was rejected",
    "a required part of this site couldn't load", "support id is", "your support id",
    "dass sie kein roboter", "kein roboter sind", "dass sie ein mensch", "ihr browser wird",
    "vous n'êtes pas un robot", "vous êtes humain", "vérification de votre navigateur",
    "que no eres un robot", "no soy un robot", "que eres humano", "comprobando tu navegador",
    "que não é um robô", "não sou um robô", "verificando se você é humano", "non sei un robot",
    "non sono un robot", "che sei umano", "geen robot", "nie jesteś robotem", "вы не робот",
    "что вы человек", "а не робот", "проверка браузера", "robot olmadığınızı", "人机验证",
    "完成安全验证", "您的访问请求", "请完成下方验证", "拖动滑块", "異常な", "ロボットではない",
    "人間であることを確認", "로봇이 아닙니다", "로봇이 아님", "أنك لست روبوت",
)  # fmt: skip
BOT_MARKS = (
    "/orchestrate/", "_cf_chl_opt", "cf-error-details", "cf-browser-verification",
    "captcha-delivery.com", "px-captcha", "_pxappid", "_incapsula_resource", "gokuprops",
    "awswafintegration", "captcha.awswaf", "errors.edgesuite.net", "anubis", "sucuri_cloudproxy",
    "/.well-known/ddos-guard", "/.well-known/vercel/security", "distil_r_captcha", "showcaptcha",
)  # fmt: skip

CONSENT_TITLES = (
    "before you continue", "bevor sie zu ", "avant d'accéder", "antes de ir a",
    "antes de continuar", "prima di continuare", "voordat je verdergaat",
    "is part of the yahoo", "ist teil der yahoo",
    "fait partie de la famille yahoo", "es parte de la familia", "fa parte della famiglia",
    "weiterlesen mit werbung", "mit werbung weiter", "we value your privacy",
)  # fmt: skip
CONSENT_NAMES = frozenset(
    {
        "consent", "cookie consent", "privacy settings", "privacy gate", "privacy wall", "cookies",
        "zustimmung", "einwilligung", "datenschutzeinstellungen", "privatsphäre-einstellungen",
        "pur-abo", "toestemming", "cookiewall", "cookie wall", "your privacy choices",
    }
)  # fmt: skip
CONSENT_HOSTS = ("://consent.", "://guce.", "/consent", "://cmp.")
CONSENT_ACTIONS = (
    "accept all", "reject all", "accept cookies", "i accept", "i agree", "agree and continue",
    "accept and continue", "agree to all", "manage options", "manage settings", "more options",
    "alle akzeptieren", "alle ablehnen", "alles akzeptieren", "zustimmen", "akzeptieren und weiter",
    "einverstanden", "mit werbung weiter", "tout accepter", "tout refuser", "accepter et",
    "continuer sans accepter", "aceptar todo", "rechazar todo", "aceptar y", "acepto",
    "accetta tutto", "rifiuta tutto", "accetta e continua", "accetto", "aceitar tudo",
    "rejeitar tudo", "aceitar e", "alles accepteren", "akkoord", "zaakceptuj", "zgadzam się",
    "acceptera alla", "godkänn alla", "принять все", "すべて同意", "すべて承認", "全部接受",
    "모두 수락",
)  # fmt: skip
CONSENT_WORDS = (
    r"consent|privacy|partner|tracking|advert|\bads?\b|personal|accept|reject|agree|settings"
    r"|zustimm|einwillig|datenschutz|daten\b|werbung|akzept|ablehn|verarbeit|speicher|geräte?"
    r"|confidentialité|données|publicit|consentement|refuser|privacidad|datos|anuncio|consentim"
    r"|rechaz|acept|dati\b|pubblicit|consens|rifiut|accett|dados|aceit|rejeit|gegevens|advertent"
    r"|toestemming|zgod|prywatn|dane\b|reklam|конфиденц|данны|реклам|広告|データ|個人|同意"
    r"|隐私|广告|数据|광고|개인정보|kakor|samtyck|device|purposes|zwecke|profile|measure"
)
POLICIES = (
    "policy", "policies", "richtlinie", "erklärung", "politique", "política", "informativa",
    "hinweise", "statement", "polityka", "ポリシー", "政策", "declaration", "notice",
)  # fmt: skip

LOGIN_TITLES = frozenset(
    {
        "log in", "login", "sign in", "signin", "sign up", "log into facebook", "log in to x",
        "login, sign in", "linkedin login, sign in", "log in or sign up", "sign in or register",
        "authwall", "sign in to your account", "log in to your account", "member login",
        "login required", "sign in required", "authentication required", "log in to continue",
        "sign in to continue", "login to continue", "anmelden", "anmeldung", "einloggen",
        "login erforderlich", "connexion", "se connecter", "identification", "iniciar sesión",
        "inicia sesión", "acceder", "accedi", "accesso", "entrar", "iniciar sessão", "inloggen",
        "aanmelden", "zaloguj się", "logowanie", "logga in", "log ind", "logg inn", "kirjaudu",
        "вход", "войти", "авторизация", "giriş yap", "登录", "登錄", "登入", "请登录", "ログイン",
        "로그인", "تسجيل الدخول", "đăng nhập", "提示信息",
        "google accounts",
    }
)  # fmt: skip
LOGIN_DEMANDS = (
    "sign in to continue", "log in to continue", "login to continue", "sign in to view",
    "log in to view", "login to view", "log in to see", "sign in to see", "sign in to access",
    "log in to access", "sign in to your account", "log in to your account", "log into facebook",
    "log in to facebook", "log in to instagram", "sign in to x", "sign in to linkedin",
    "sign up to view", "join to view", "join linkedin", "you must log in", "you must be logged in",
    "you must be signed in", "you need to log in", "you need to be logged in", "please log in",
    "please login", "please sign in", "melden sie sich an", "melde dich an", "anmelden, um",
    "einloggen, um", "angemeldet sein", "connectez-vous", "vous devez être connecté",
    "inicia sesión para", "inicie sesión", "debes iniciar sesión", "accedi per",
    "devi effettuare l'accesso", "faça login", "inicie sessão", "log in om", "zaloguj się, aby",
    "musisz się zalogować", "войдите, чтобы", "необходимо войти", "авторизуйтесь", "请先登录",
    "您需要登录", "登录后", "請先登入", "ログインしてください", "ログインが必要", "로그인이 필요",
    "يجب تسجيل الدخول",
)  # fmt: skip
LOGIN_PHRASES = (
    "forgot password", "forgot your password", "forgotten password", "don't have an account",
    "new to linkedin", "this content isn't available", "passwort vergessen", "mot de passe oublié",
    "olvidado tu contraseña", "olvidó su contraseña", "password dimenticata", "esqueceu a senha",
    "wachtwoord vergeten", "забыли пароль", "şifremi unuttum", "请登录", "忘记密码", "忘記密碼",
    "パスワードをお忘れ", "비밀번호 찾기", "نسيت كلمة", "members only",
)  # fmt: skip
LOGIN_PATHS = (
    "/login", "/signin", "/sign-in", "/sign_in", "/log-in", "/authwall", "/accounts/login",
    "/checkpoint", "servicelogin", "/uas/", "/i/flow/login", "/auth/", "/sso", "/users/sign_in",
)  # fmt: skip

MISSING_TITLES = frozenset(
    {
        "404", "404 not found", "not found", "page not found", "404 page not found", "error 404",
        "404 error", "http 404", "404 (not found)", "page not found (404)", "error 404 not found",
        "page not found 404", "404 page", "not found (404)", "not_found", "oops", "file not found",
        "page cannot be found", "page could not be found", "this page could not be found",
        "the page cannot be found", "the page you requested was not found", "page doesn't exist",
        "page does not exist", "page unavailable", "page not available", "content not found",
        "site not found", "we can't find that page", "object not found", "that page can't be found",
        "oops! that page can't be found", "this page doesn't exist", "page isn't available",
        "this page isn't available", "page no longer available", "seite nicht gefunden",
        "die seite wurde nicht gefunden", "seite wurde nicht gefunden", "fehler 404", "404 fehler",
        "nicht gefunden", "404 seite nicht gefunden", "page introuvable", "page non trouvée",
        "erreur 404", "cette page n'existe pas", "la page n'existe pas", "404 page introuvable",
        "la page est introuvable", "página no encontrada", "pagina no encontrada", "no encontrado",
        "no se encuentra la página", "página no existe", "la página no existe",
        "no se encontró la página", "pagina non trovata", "errore 404", "non trovato",
        "la pagina non esiste", "página não encontrada", "não encontrado", "erro 404",
        "página inexistente", "pagina niet gevonden", "niet gevonden", "de pagina bestaat niet",
        "strona nie istnieje", "nie znaleziono strony", "nie znaleziono",
        "strona nie została znaleziona", "błąd 404", "sidan hittades inte",
        "sidan kunde inte hittas", "siden blev ikke fundet", "siden ble ikke funnet",
        "siden findes ikke", "sivua ei löydy", "sivua ei löytynyt", "stránka nenalezena",
        "stránka nebyla nalezena", "az oldal nem található", "sayfa bulunamadı",
        "pagina nu a fost găsită", "η σελίδα δεν βρέθηκε", "страница не найдена", "ошибка 404",
        "не найдено", "сторінку не знайдено", "ページが見つかりません",
        "ページが見つかりませんでした", "お探しのページは見つかりません",
        "お探しのページは見つかりませんでした", "指定されたページが見つかりません", "页面不存在",
        "页面未找到", "找不到页面", "页面没有找到", "网页不存在", "您访问的页面不存在",
        "該頁面不存在", "找不到網頁", "找不到頁面", "頁面不存在", "페이지를 찾을 수 없습니다",
        "찾을 수 없는 페이지", "الصفحة غير موجودة", "لم يتم العثور على الصفحة", "הדף לא נמצא",
        "trang không tồn tại", "không tìm thấy trang", "halaman tidak ditemukan", "ไม่พบหน้า",
        "पृष्ठ नहीं मिला",
    }
)  # fmt: skip
MISSING_BARE = frozenset(
    {
        "404", "not found", "oops", "not_found", "nicht gefunden", "no encontrado", "non trovato",
        "não encontrado", "niet gevonden", "nie znaleziono", "не найдено",
    }
)  # fmt: skip
MISSING_PHRASES = (
    "not found", "can't find", "cannot find", "can't be found", "couldn't find", "could not find",
    "could not be found", "couldn't be found", "cannot be found", "unable to find", "doesn't exist",
    "does not exist", "no longer exist", "looking for", "nicht gefunden", "existiert nicht",
    "nicht finden", "n'existe", "introuvable", "no existe", "no se encuentra", "no encontrad",
    "non esiste", "non trovat", "não existe", "não encontrad", "niet gevonden", "bestaat niet",
    "nie istnieje", "nie znalezion", "не найден", "не существует", "bulunamadı", "見つかりません",
    "不存在", "找不到", "찾을 수 없", "غير موجود",
)  # fmt: skip
ABOUT_STATUS = (
    "status code", "response code", "client error response", "rfc 9110", "rfc 7231", "web server",
    "statuscode", "statusmeldung", "code d'état", "code de réponse", "código de estado",
    "codice di stato", "código de status", "ステータスコード", "状态码", "狀態碼", "код состояния",
)  # fmt: skip

# What an error page says beside that: where else to go, and what may have happened.
MISSING_HELP = (
    "sorry", "the page", "this page", "that page", "home page", "homepage", "the url", "this url",
    "the address", "the link", "link you", "go back", "try again", "try search", "use the search",
    "search our", "search the site", "contact us", "been moved", "been removed", "been deleted",
    "javascript", "cookie", "rights reserved", "newsletter", "copyright", "die seite",
    "diese seite", "startseite", "suche", "adresse", "la page", "cette page", "accueil", "lien",
    "la página", "esta página", "inicio", "enlace", "la pagina", "questa pagina", "a página",
    "de pagina", "strona", "страниц", "ページ", "页面", "頁面", "페이지", "الصفحة",
)  # fmt: skip
# Parts of a title that say that a page is about something, and not an instance of it.
ABOUT = (
    r"status codes?|glossary|wiki|wikipedia|docs?|documentation|references?|guides?|tutorials?"
    r"|manual|handbook|dictionary|encyclop(?:a)?edia|faq|explained|definition|help|how to"
    r"|statuscodes?|glossar|dokumentation|handbuch|hilfe|anleitung|lexikon|glossaire|aide"
    r"|codes d'état|glosario|documentación|guía|ayuda|glossario|documentazione|guida|documentação"
)

PARKED_PHRASES = (
    "domain is for sale", "domain may be for sale", "domain name is for sale",
    "buy this domain", "inquire about this domain", "make an offer on this domain",
    "domain is parked", "parked domain", "is parked free", "this domain has been registered",
    "domain has expired", "domain is available for purchase", "interested in this domain",
    "domain steht zum verkauf", "domain ist zu verkaufen", "domain wurde soeben",
    "diese domain ist", "domaine est à vendre", "acheter ce domaine", "dominio está en venta",
    "dominio è in vendita", "domínio está à venda", "domein is te koop", "домен продается",
    "домен продаётся", "该域名出售", "域名出售", "域名正在出售", "このドメインは",
)  # fmt: skip
PARKED_MARKS = (
    "sedoparking", "parkingcrew", "bodis.com", "dan.com", "afternic", "hugedomains", "parklogic",
    "parking-lander", "window.park", "domainmarket", "uniregistry", "sedo.com",
    "godaddy.com/domain", "above.com", "skenzo", "namecheap.com/domains", "undeveloped.com",
    "parkweb",
)  # fmt: skip

SCRIPT_PHRASES = (
    "enable javascript", "javascript is disabled", "javascript is required", "requires javascript",
    "javascript is not enabled", "javascript is not available", "javascript must be enabled",
    "without javascript", "javascript enabled", "turn on javascript", "javascript to run this app",
    "enable js", "javascript to be enabled", "need javascript", "needs javascript",
    "javascript aktiv", "javascript ist deaktiviert", "javascript einschalten",
    "benötigt javascript", "activer javascript", "activez javascript", "activer le javascript",
    "javascript est désactivé", "activar javascript", "active javascript", "activa javascript",
    "habilitar javascript", "habilite javascript", "habilite o javascript", "ative o javascript",
    "abilita javascript", "abilitare javascript", "attiva javascript", "schakel javascript",
    "włącz javascript", "включите javascript", "включить javascript", "javascriptを有効",
    "javascriptが無効", "启用javascript", "启用 javascript", "開啟javascript", "啟用 javascript",
    "자바스크립트", "javascript를", "javascript'i etkin", "aktivera javascript", "slå javascript",
    "povolte javascript",
)  # fmt: skip
APP_ROOTS = (
    r"id=[\"']?(?:root|app|__next|__nuxt|app-root|react-root|svelte|q-app|___gatsby|main-app"
    r"|application|app-container|app-mount|mount|main-outlet|ember\d*)[\"'\s>]"
)
APP_MARKS = ("<app-root", "<my-app", "data-reactroot", "ng-app=", "ng-version=", "data-preloaded")
LOADING = (
    "loading", "please wait", "one moment", "initializing", "wird geladen", "lädt", "laden",
    "bitte warten", "chargement en cours", "chargement", "veuillez patienter", "cargando",
    "espere por favor", "carregando", "a carregar", "caricamento in corso", "caricamento",
    "bezig met laden", "ładowanie", "wczytywanie", "загрузка", "подождите", "yükleniyor",
    "読み込み中", "ロード中", "加载中", "正在加载", "載入中", "로딩 중", "불러오는 중",
    "جار التحميل",
)  # fmt: skip
REDIRECT_PHRASES = (
    "redirecting", "you are being redirected", "you will be redirected",
    "if you are not redirected", "if you're not redirected", "this page has moved",
    "page has moved", "this document has moved", "the document has moved", "object moved",
    "moved permanently", "301 moved", "302 found", "click here to continue", "continue to the site",
    "weiterleitung", "sie werden weitergeleitet", "automatisch weitergeleitet", "redirection",
    "vous allez être redirigé", "redirigiendo", "será redirigido", "reindirizzamento",
    "redirecionando", "wordt doorgestuurd", "przekierowanie", "перенаправление", "リダイレクト",
    "正在跳转", "页面跳转", "自动跳转", "이동합니다",
)  # fmt: skip
