using System.Buffers;
using System.Buffers.Binary;
using Code = Larder.Serialization.MessagePackCode;

namespace Larder.Serialization;

/// <summary>Writes MessagePack, each thing in its shortest form (specification, "Serialization: type to format conversion").</summary>
internal readonly ref struct MessagePackWriter(IBufferWriter<byte> output)
{
    public void WriteNil() => WriteCode(Code.Nil);

    public void WriteBoolean(bool value) => WriteCode(value ? Code.True : Code.False);

    public void WriteInteger(long value)
    {
        switch (value)
        {
            case >= 0:
                WriteInteger((ulong)value);
                break;
            case >= -32:
                WriteCode((byte)value);
                break;
            case >= sbyte.MinValue:
                WriteBigEndian(Code.Int8, (ulong)value, sizeof(sbyte));
                break;
            case >= short.MinValue:
                WriteBigEndian(Code.Int16, (ulong)value, sizeof(short));
                break;
            case >= int.MinValue:
                WriteBigEndian(Code.Int32, (ulong)value, sizeof(int));
                break;
            default:
                WriteBigEndian(Code.Int64, (ulong)value, sizeof(long));
                break;
        }
    }

    public void WriteInteger(ulong value)
    {
        switch (value)
        {
            case <= Code.MaxPositiveFixInt:
                WriteCode((byte)value);
                break;
            case <= byte.MaxValue:
                WriteBigEndian(Code.UInt8, value, sizeof(byte));
                break;
            case <= ushort.MaxValue:
                WriteBigEndian(Code.UInt16, value, sizeof(ushort));
                break;
            case <= uint.MaxValue:
                WriteBigEndian(Code.UInt32, value, sizeof(uint));
                break;
            default:
                WriteBigEndian(Code.UInt64, value, sizeof(ulong));
                break;
        }
    }

    /// <summary>Writes 32 bits when they say exactly the same.</summary>
    public void WriteFloat(double value)
    {
        float single = (float)value;
        if (BitConverter.DoubleToInt64Bits(single) == BitConverter.DoubleToInt64Bits(value))
            WriteBigEndian(Code.Float32, BitConverter.SingleToUInt32Bits(single), sizeof(float));
        else
            WriteBigEndian(Code.Float64, BitConverter.DoubleToUInt64Bits(value), sizeof(double));
    }

    public void WriteString(ReadOnlySpan<byte> utf8)
    {
        WriteStringHeader((uint)utf8.Length);
        output.Write(utf8);
    }

    public void WriteArrayHeader(int count) => WriteCount((uint)count, Code.FixArray, Code.Array16, Code.Array32);

    public void WriteMapHeader(int count) => WriteCount((uint)count, Code.FixMap, Code.Map16, Code.Map32);

    public void WriteExtension(sbyte type, ReadOnlySpan<byte> data)
    {
        byte? fix = data.Length switch { 1 => Code.FixExt1, 2 => Code.FixExt2, 4 => Code.FixExt4, 8 => Code.FixExt8, 16 => Code.FixExt16, _ => null };
        if (fix is { } code)
            WriteCode(code);
        else if (data.Length <= byte.MaxValue)
            WriteBigEndian(Code.Ext8, (uint)data.Length, sizeof(byte));
        else if (data.Length <= ushort.MaxValue)
            WriteBigEndian(Code.Ext16, (uint)data.Length, sizeof(ushort));
        else
            WriteBigEndian(Code.Ext32, (uint)data.Length, sizeof(uint));
        WriteCode((byte)type);
        output.Write(data);
    }

    private void WriteStringHeader(uint length)
    {
        if (length <= Code.MaxFixStr)
            WriteCode((byte)(Code.FixStr | length));
        else if (length <= byte.MaxValue)
            WriteBigEndian(Code.Str8, length, sizeof(byte));
        else if (length <= ushort.MaxValue)
            WriteBigEndian(Code.Str16, length, sizeof(ushort));
        else
            WriteBigEndian(Code.Str32, length, sizeof(uint));
    }

    private void WriteCount(uint count, byte fix, byte code16, byte code32)
    {
        if (count <= Code.MaxFixCount)
            WriteCode((byte)(fix | count));
        else if (count <= ushort.MaxValue)
            WriteBigEndian(code16, count, sizeof(ushort));
        else
            WriteBigEndian(code32, count, sizeof(uint));
    }

    private void WriteCode(byte code)
    {
        output.GetSpan(1)[0] = code;
        output.Advance(1);
    }

    /// <summary>Writes a code and the lowest bytes of a value, highest first.</summary>
    private void WriteBigEndian(byte code, ulong value, int size)
    {
        Span<byte> span = output.GetSpan(1 + sizeof(ulong));
        span[0] = code;
        BinaryPrimitives.WriteUInt64BigEndian(span[1..], value << (8 * (sizeof(ulong) - size)));
        output.Advance(1 + size);
    }
}
