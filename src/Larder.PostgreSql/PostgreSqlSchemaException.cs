namespace Larder;

/// <summary>The tables of a <see cref="PostgreSqlStore"/> are not there, or not such that it can use them.</summary>
public sealed class PostgreSqlSchemaException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    public PostgreSqlSchemaException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public PostgreSqlSchemaException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public PostgreSqlSchemaException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
