using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FineTuneStudio.Persistence;

/// <summary>Tells a full disk from other faults of the database.</summary>
internal static class DatabaseFaults
{
    private const int SqliteFull = 13;

    /// <summary>Whether the database had no room for what it was given; nothing of it was stored.</summary>
    public static bool IsDiskFull(Exception exception) => exception switch
    {
        DbUpdateException { InnerException: { } inner } => IsDiskFull(inner),
        SqliteException sqlite => sqlite.SqliteErrorCode == SqliteFull,
        PostgresException postgres => postgres.SqlState == PostgresErrorCodes.DiskFull,
        _ => false,
    };
}
