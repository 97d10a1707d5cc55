using Larder.Sqlite.Diagnostics;
using Larder.Sqlite.Files;

namespace Larder.Sqlite.Writing;

/// <summary>Gives pages that hold nothing any more back to the file system, a few at a time.</summary>
internal sealed class FreePages(Connection connection, SqliteTelemetry telemetry)
{
    private const int Step = 256; // A mebibyte of the usual pages.

    // Some are kept for what is written next.
    private const int KeptShare = 8;

    /// <summary>Gives some back.</summary>
    /// <returns>Whether there are more to give back.</returns>
    public bool GiveBack()
    {
        long free = connection.Number("PRAGMA freelist_count");
        long all = connection.Number("PRAGMA page_count");
        if (free < Step || free < all / KeptShare)
            return false;
        connection.Execute($"PRAGMA incremental_vacuum({Step})");
        telemetry.Vacuumed(Step);
        return true;
    }
}
