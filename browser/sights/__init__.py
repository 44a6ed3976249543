"""What each host is being asked and says, for the operator: seen here, told to other replicas."""
