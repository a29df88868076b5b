"""FortiOS objects in the vendor's words: scopes, addresses, services, schedules, interfaces, virtual IPs."""
