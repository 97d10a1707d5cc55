using System.Buffers.Binary;
using System.Text;
using Larder.MongoDB.Bson;

namespace Larder.MongoDB.Commands;

/// <summary>What the client has to know of an answer before it hands it on.</summary>
internal readonly record struct ReplyError(int Code, string Message, bool IsRetryable)
{
    /// <summary>Looks at an answer's outermost fields.</summary>
    /// <returns><see langword="null"/> when it is no error that concerns the client.</returns>
    public static ReplyError? Find(ReadOnlySpan<byte> reply)
    {
        bool ok = false;
        bool labelled = false;
        int code = 0;
        string message = "";
        var scan = new BsonScan(reply);
        while (scan.Next())
        {
            if (scan.Name.SequenceEqual("ok"u8))
                ok = scan.Number == 1;
            else if (scan.Name.SequenceEqual("code"u8))
                code = (int)scan.Number;
            else if (scan.Name.SequenceEqual("errmsg"u8))
                message = Text(scan);
            else if (scan.Name.SequenceEqual("errorLabels"u8) && scan.Type == BsonType.Array)
                labelled = HasRetryLabel(scan.Value);
            else if (scan.Name.SequenceEqual("writeConcernError"u8) && scan.Type == BsonType.Document)
                code = CodeOf(scan.Value);
        }

        return ok && code == 0 ? null : new ReplyError(code, message, labelled || (!ok && ServerError.IsRetryable(code)));
    }

    private static int CodeOf(ReadOnlySpan<byte> error)
    {
        var scan = new BsonScan(error);
        while (scan.Next())
        {
            if (scan.Name.SequenceEqual("code"u8))
                return (int)scan.Number;
        }

        return 0;
    }

    private static bool HasRetryLabel(ReadOnlySpan<byte> labels)
    {
        var scan = new BsonScan(labels);
        while (scan.Next())
        {
            if (Text(scan) == "RetryableWriteError")
                return true;
        }

        return false;
    }

    private static string Text(in BsonScan scan)
    {
        if (scan.Type != BsonType.String || BinaryPrimitives.ReadInt32LittleEndian(scan.Value) < 1)
            return "";
        return Encoding.UTF8.GetString(scan.Value[sizeof(int)..^1]);
    }
}
