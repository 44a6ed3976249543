"""What the service keeps and replicas may share: ports and adapters."""
