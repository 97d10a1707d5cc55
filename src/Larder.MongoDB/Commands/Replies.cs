using Larder.MongoDB.Bson;

namespace Larder.MongoDB.Commands;

/// <summary>Looks at what a server has answered.</summary>
internal static class Replies
{
    /// <summary>The answer, when it is no refusal, of the whole command or of a part of it.</summary>
    /// <exception cref="MongoDbServerException">It is.</exception>
    public static BsonDocument Checked(BsonDocument reply)
    {
        if (!reply["ok"].AsBoolean)
            throw Refusal(reply);
        if (reply["writeErrors"].AsArray is { Count: > 0 } errors)
            throw Refusal(errors[0].AsDocument ?? []);
        return reply["writeConcernError"].AsDocument is { } concern ? throw Refusal(concern) : reply;
    }

    private static MongoDbServerException Refusal(BsonDocument error) =>
        new((int)error["code"].AsInt64, error["codeName"].AsString ?? "", error["errmsg"].AsString ?? "no reason given");
}
