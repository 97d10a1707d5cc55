namespace Larder.MongoDB.Tests.Servers;

/// <summary>What the server answers instead of doing what it was asked.</summary>
internal sealed class ServerFailure(int code, string name, string message) : Exception(message)
{
    public int Code => code;

    public string CodeName => name;

    public static ServerFailure UnknownField(string command, string field) => new(40415, "Location40415", $"BSON field '{command}.{field}' is an unknown field.");

    public static ServerFailure BadValue(string message) => new(2, "BadValue", message);

    public static ServerFailure FailedToParse(string message) => new(9, "FailedToParse", message);
}
