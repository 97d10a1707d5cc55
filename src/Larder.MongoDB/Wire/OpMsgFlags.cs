namespace Larder.MongoDB.Wire;

/// <summary>The flags of an OP_MSG. Whoever does not know one of the lower sixteen must refuse the message.</summary>
[Flags]
internal enum OpMsgFlags : uint
{
    None = 0,

    /// <summary>The message ends with a CRC-32C of all before it.</summary>
    ChecksumPresent = 1,

    /// <summary>Another message follows without being asked for.</summary>
    MoreToCome = 2,

    /// <summary>The sender would take several answers.</summary>
    ExhaustAllowed = 1 << 16,
}
