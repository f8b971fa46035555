// What this server has beyond the vendor's article, for the requests that follow in the same run.
pm.variables.set("announced", pm.response.headers.get(header) || "");
