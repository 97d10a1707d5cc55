using System.Security.Cryptography;
using System.Text;
using Larder.Redis.Connections;

namespace Larder.Redis;

/// <summary>A script of the server: what has to happen as a whole.</summary>
internal sealed class Script
{
    private readonly string _name;
    private readonly ReadOnlyMemory<byte> _text;
    private readonly ReadOnlyMemory<byte> _hash;

    /// <param name="name">What it is called in traces.</param>
    /// <param name="text">What the server runs.</param>
    public Script(string name, string text)
    {
        _name = name;
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        _text = bytes;
#pragma warning disable CA5350 // The name that servers give to scripts, no signature.
        _hash = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA1.HashData(bytes)));
#pragma warning restore CA5350
    }

    /// <summary>A call by the script's hash, which all but the first calls after a server's start know it by.</summary>
    public RedisCommand Call(ReadOnlySpan<ReadOnlyMemory<byte>> keys, ReadOnlySpan<ReadOnlyMemory<byte>> arguments, bool isIdempotent = false) =>
        new(["EVALSHA"u8.ToArray(), _hash, RedisCommand.Number(keys.Length), .. keys, .. arguments], keyIndex: 3, isIdempotent) { Script = _name };

    /// <summary>The same call with the script's text, after which the server knows it.</summary>
    public RedisCommand CallByText(RedisCommand call)
    {
        ReadOnlyMemory<byte>[] arguments = [.. call.Arguments];
        arguments[0] = "EVAL"u8.ToArray();
        arguments[1] = _text;
        return new RedisCommand(arguments, keyIndex: 3, call.IsIdempotent) { Script = _name };
    }
}

/// <summary>
/// The scripts. KEYS[1] is an entry, KEYS[2] the lease beside it; leases are described at <see cref="RedisStore"/>.
/// </summary>
/// <remarks>
/// A process that has written an entry holds it in memory without having read it. So every script that writes reads the key
/// at its end (<c>EXISTS</c>): from there on the server tracks it for the writer, and nothing can come between the two.
/// A plain write is a transaction that does the same (<see cref="RedisCommand.ReadsAfterwards"/>).
/// </remarks>
internal static class Scripts
{
    private const string Functions = """
        local kind = redis.call('TYPE', KEYS[1]).ok
        -- The token of a lease in the place of an entry. Any other hash, or list, is none of ours and as good as missing.
        local function within() return kind == 'hash' and redis.call('HGET', KEYS[1], 'lease') end
        local function entry() return kind == 'string' and redis.call('GET', KEYS[1]) end
        local function now() local t = redis.call('TIME'); return t[1] * 1000 + math.floor(t[2] / 1000) end
        -- A lease beside an entry: 32 characters of token, 40 of the entry's SHA-1, then the time when the entry ends by
        -- itself, or 0. It stands while the entry is that one, or has ended by itself.
        local function beside() return redis.call('GET', KEYS[2]) end
        local function stands(s)
          local v = entry()
          if v then return redis.sha1hex(v) == string.sub(s, 33, 72) end
          local ends = tonumber(string.sub(s, 73))
          return ends > 0 and now() >= ends
        end

        """;

    /// <summary>ARGV: value, TTL in milliseconds if any. For servers and users without transactions.</summary>
    public static readonly Script Set = new("set", """
        if ARGV[2] then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) else redis.call('SET', KEYS[1], ARGV[1]) end
        return redis.call('EXISTS', KEYS[1])
        """);

    /// <summary>KEYS: entries, each with its lease. Answers how many entries there were; a lease is none.</summary>
    public static readonly Script Remove = new("remove", """
        local count = 0
        for i = 1, #KEYS, 2 do
          if redis.call('TYPE', KEYS[i]).ok == 'string' then count = count + 1 end
          redis.call('UNLINK', KEYS[i], KEYS[i + 1])
        end
        return count
        """);

    /// <summary>ARGV: TTL in milliseconds if any. Answers whether there was an entry.</summary>
    public static readonly Script SetTimeToLive = new("set_ttl", """
        if redis.call('TYPE', KEYS[1]).ok ~= 'string' then return 0 end
        if ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[1]) else redis.call('PERSIST', KEYS[1]) end
        return redis.call('EXISTS', KEYS[1])
        """);

    /// <summary>ARGV: token, duration in milliseconds, channel, and what to say there right before a lease takes the place of an entry. Answers whether the lease was granted.</summary>
    public static readonly Script Acquire = new("acquire_lease", Functions + """
        if within() then return 0 end
        local s = beside()
        if s and stands(s) then return 0 end
        local v = entry()
        if not v then
          if kind == 'none' then redis.pcall('PUBLISH', ARGV[3], ARGV[4]) else redis.call('DEL', KEYS[1]) end
          redis.call('HSET', KEYS[1], 'lease', ARGV[1])
          redis.call('PEXPIRE', KEYS[1], ARGV[2])
          return redis.call('EXISTS', KEYS[1])
        end
        local ttl = redis.call('PTTL', KEYS[1])
        local ends = 0
        if ttl >= 0 then ends = now() + ttl end
        redis.call('SET', KEYS[2], ARGV[1] .. redis.sha1hex(v) .. string.format('%.0f', ends), 'PX', ARGV[2])
        return 1
        """);

    /// <summary>ARGV: token, value, TTL in milliseconds if any. Answers whether the lease stood and the value was written.</summary>
    public static readonly Script SetWithLease = new("set_with_lease", Functions + """
        if within() ~= ARGV[1] then
          local s = beside()
          if not s or #ARGV[1] ~= 32 or string.sub(s, 1, 32) ~= ARGV[1] or not stands(s) then return 0 end
          redis.call('UNLINK', KEYS[2])
        end
        if ARGV[3] then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) else redis.call('SET', KEYS[1], ARGV[2]) end
        return redis.call('EXISTS', KEYS[1])
        """);

    /// <summary>ARGV: token. Ends the lease if it stands.</summary>
    public static readonly Script Release = new("release_lease", Functions + """
        if within() == ARGV[1] then return redis.call('UNLINK', KEYS[1]) end
        local s = beside()
        if s and #ARGV[1] == 32 and string.sub(s, 1, 32) == ARGV[1] then return redis.call('UNLINK', KEYS[2]) end
        return 0
        """);

    /// <summary>Answers how many milliseconds the lease that stands lasts at most, less than 0 when none stands; and 1 when it has the place of an entry.</summary>
    public static readonly Script LeaseState = new("lease_state", Functions + """
        if within() then return { redis.call('PTTL', KEYS[1]), 1 } end
        local s = beside()
        if s and stands(s) then return { redis.call('PTTL', KEYS[2]), 0 } end
        return { -1, 0 }
        """);

    /// <summary>
    /// KEYS: the epochs. Begins the counter if there is none, from the clock: after the loss of all data it must not count
    /// again what it has counted before.
    /// </summary>
    public static readonly Script BeginEpochs = new("begin_epochs", """
        local t = redis.call('TIME')
        return redis.call('HSETNX', KEYS[1], '\255', string.format('%d%06d', t[1], t[2]))
        """);

    /// <summary>KEYS: the epochs. ARGV: name, channel, what to say there before the epoch and the name. Answers the new epoch.</summary>
    public static readonly Script Bump = new("bump_epoch", """
        local t = redis.call('TIME')
        redis.call('HSETNX', KEYS[1], '\255', string.format('%d%06d', t[1], t[2]))
        local epoch = string.format('%.0f', redis.call('HINCRBY', KEYS[1], '\255', 1))
        redis.call('HSET', KEYS[1], ARGV[1], epoch)
        redis.pcall('PUBLISH', ARGV[2], ARGV[3] .. epoch .. ':' .. ARGV[1])
        return tonumber(epoch)
        """);
}
