namespace Larder.Redis.Resp;

/// <summary>What a value of RESP3 is, once it is read: streamed and plain forms, and both forms of an error, are the same.</summary>
internal enum RespKind : byte
{
    Null,
    SimpleString,
    Error,
    Integer,
    Blob,
    Double,
    Boolean,
    BigNumber,
    Verbatim,
    Array,
    Map,
    Set,
    Push,
}
