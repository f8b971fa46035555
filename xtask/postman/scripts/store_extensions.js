// Stores the extensions that this server announces, for the later requests of the same run.
pm.variables.set("extensions", pm.response.headers.get(header) || "");
