namespace Larder;

/// <summary>The server refused a command.</summary>
public sealed class MongoDbServerException : MongoDbException
{
    /// <summary>Creates the exception.</summary>
    public MongoDbServerException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public MongoDbServerException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public MongoDbServerException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal MongoDbServerException(int code, string codeName, string message)
        : base($"The server refused the command with error {code}{(codeName.Length > 0 ? $" ({codeName})" : "")}: {message}")
    {
        Code = code;
        CodeName = codeName;
    }

    /// <summary>The error's number, such as 11000 for a duplicate key; 0 when the server gave none.</summary>
    public int Code { get; }

    /// <summary>The error's name, such as <c>NotWritablePrimary</c>; empty when the server gave none.</summary>
    public string CodeName { get; } = "";
}
