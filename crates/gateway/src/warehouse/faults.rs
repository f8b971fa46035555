//! What goes wrong in a warehouse, in the words of SQL Server and of the sources.

use fastrand::Rng;

use super::job::Job;
use super::numbers::thousands;
use super::words::COLUMNS;

/// Something that a run gets over.
pub(super) fn warning(rng: &mut Rng, job: &Job) -> String {
    let (table, column) = (job.table(), one(rng, &COLUMNS));
    let few = thousands(rng.u64(1..40));
    let many = thousands(rng.u64(40..20_000));
    match rng.u8(0..11) {
        0 => format!("{many} rows of {table} have no matching member and were mapped to Unknown"),
        1 => format!("{column} of {table} is longer than 255 characters in {few} rows; it was cut"),
        2 => format!("{} answered 429 Too Many Requests; waited {few} s as it asked", job.source),
        3 => format!("Index IX_{column} on {table} is {} % fragmented", rng.u8(31..99)),
        4 => format!("{table} has {} % fewer rows than on average in the last 30 days", rng.u8(20..80)),
        5 => format!("Waited {few} s for a lock on {table}"),
        6 => format!("The statistics of {table} are {few} days old"),
        7 => format!("{few} rows of {table} have a {column} in the future"),
        8 => format!("Warning: Null value is eliminated by an aggregate or other SET operation ({column})."),
        9 => format!("{many} duplicate rows of {table} were skipped (first: {column} = {})", rng.u32(..)),
        _ => format!("A connection to {} was lost and taken up again after {few} s", job.server),
    }
}

/// Something that spoils a part of a run.
pub(super) fn error(rng: &mut Rng, job: &Job) -> String {
    let (table, column, n) = (job.table(), one(rng, &COLUMNS), rng.u32(1..90_000));
    match rng.u8(0..8) {
        0 => format!(
            "Conversion failed when converting the nvarchar value '{n},{:02}' to data type int.",
            n % 100
        ),
        1 => "Arithmetic overflow error converting expression to data type int.".to_owned(),
        2 => format!(
            "String or binary data would be truncated in table 'DW.{table}', column '{column}'. Truncated value: '{}'.",
            job.source
        ),
        3 => format!("Invalid column name '{column}'."),
        4 => format!(
            "Cannot insert the value NULL into column '{column}', table 'DW.{table}'; column does not allow nulls. INSERT fails."
        ),
        5 => format!(
            "The INSERT statement conflicted with the FOREIGN KEY constraint \"FK_{column}\". The conflict occurred in database \"DW\", table \"{table}\", column '{column}'."
        ),
        6 => format!(
            "Violation of UNIQUE KEY constraint 'UQ_{column}'. Cannot insert duplicate key in object '{table}'. The duplicate key value is ({n})."
        ),
        _ => "Divide by zero error encountered.".to_owned(),
    }
}

/// Something that ends a run.
pub(super) fn fatal(rng: &mut Rng, job: &Job) -> String {
    let (table, server, n) = (job.table(), job.server, rng.u32(51..900));
    match rng.u8(0..12) {
        0 => format!(
            "Transaction (Process ID {n}) was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction."
        ),
        1 => "Execution Timeout Expired.  The timeout period elapsed prior to completion of the operation or the server is not responding.".to_owned(),
        2 => format!(
            "A network-related or instance-specific error occurred while establishing a connection to SQL Server {server}. The server was not found or was not accessible. (provider: TCP Provider, error: 40 - Could not open a connection to SQL Server)"
        ),
        3 => format!("Login failed for user 'svc_{}'.", job.source.to_lowercase().replace(' ', "_")),
        4 => "The transaction log for database 'DW' is full due to 'LOG_BACKUP'.".to_owned(),
        5 => format!("Could not allocate space for object '{table}' in database 'DW' because the 'PRIMARY' filegroup is full."),
        6 => format!("Invalid object name '{table}'."),
        7 => format!("Violation of PRIMARY KEY constraint 'PK_{n}'. Cannot insert duplicate key in object '{table}'. The duplicate key value is ({}).", rng.u32(..)),
        8 => format!("{} did not answer within {n} s", job.source),
        9 => format!("Msg 1222, Level 16, State 51, Line {n}\nLock request time out period exceeded."),
        10 => format!(
            "System.Data.SqlClient.SqlException (0x80131904): Cannot open database \"DW\" requested by the login. The login failed.\n   at System.Data.SqlClient.SqlInternalConnection.OnError(SqlException exception, Boolean breakConnection)\n   at System.Data.SqlClient.TdsParser.ThrowExceptionAndWarning(TdsParserStateObject stateObj)\n   at Transfer.Run(String table) in {table}.cs:line {n}"
        ),
        _ => error(rng, job),
    }
}

fn one(rng: &mut Rng, of: &[&'static str]) -> &'static str {
    of[rng.usize(0..of.len())]
}
