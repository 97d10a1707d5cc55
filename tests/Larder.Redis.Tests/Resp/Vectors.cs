namespace Larder.Redis.Tests.Resp;

/// <summary>The types of the RESP3 specification, each with what it means.</summary>
internal static class Vectors
{
    public static readonly Dictionary<string, (string Stream, string Meaning)> All = new()
    {
        ["simple string"] = ("+OK\r\n", "+OK"),
        ["empty simple string"] = ("+\r\n", "+"),
        ["simple error"] = ("-ERR unknown command 'foo'\r\n", "-ERR unknown command 'foo'"),
        ["number"] = (":1234\r\n", ":1234"),
        ["negative number"] = (":-1\r\n", ":-1"),
        ["number with plus"] = (":+7\r\n", ":7"),
        ["largest number"] = (":9223372036854775807\r\n", ":9223372036854775807"),
        ["smallest number"] = (":-9223372036854775808\r\n", ":-9223372036854775808"),
        ["blob"] = ("$11\r\nhello world\r\n", "$hello world"),
        ["empty blob"] = ("$0\r\n\r\n", "$"),
        ["blob with line ends"] = ("$6\r\n\r\n$1\r\n\r\n", "$\r\n$1\r\n"),
        ["binary blob"] = ("$4\r\n\0\u00FF\u0080\n\r\n", "$\0\u00FF\u0080\n"),
        ["blob error"] = ("!21\r\nSYNTAX invalid syntax\r\n", "-SYNTAX invalid syntax"),
        ["null"] = ("_\r\n", "null"),
        ["null blob of RESP2"] = ("$-1\r\n", "null"),
        ["null array of RESP2"] = ("*-1\r\n", "null"),
        ["double"] = (",1.23\r\n", ",1.23"),
        ["double without a fraction"] = (",10\r\n", ",10"),
        ["double with an exponent"] = (",-1.5e3\r\n", ",-1500"),
        ["infinity"] = (",inf\r\n", ",Infinity"),
        ["minus infinity"] = (",-inf\r\n", ",-Infinity"),
        ["not a number"] = (",nan\r\n", ",NaN"),
        ["true"] = ("#t\r\n", "#t"),
        ["false"] = ("#f\r\n", "#f"),
        ["verbatim"] = ("=15\r\ntxt:Some string\r\n", "=Some string"),
        ["big number"] = ("(3492890328409238509324850943850943825024385\r\n", "(3492890328409238509324850943850943825024385"),
        ["negative big number"] = ("(-34928903284092385093248509438509438250243\r\n", "(-34928903284092385093248509438509438250243"),
        ["array"] = ("*3\r\n:1\r\n:2\r\n:3\r\n", "[:1 :2 :3]"),
        ["empty array"] = ("*0\r\n", "[]"),
        ["nested array"] = ("*2\r\n*3\r\n:1\r\n$5\r\nhello\r\n:2\r\n#f\r\n", "[[:1 $hello :2] #f]"),
        ["array that ends with empty ones"] = ("*2\r\n*0\r\n*1\r\n%0\r\n", "[[] [%[]]]"),
        ["map"] = ("%2\r\n+first\r\n:1\r\n+second\r\n:2\r\n", "%[+first :1 +second :2]"),
        ["set"] = ("~5\r\n+orange\r\n+apple\r\n#t\r\n:100\r\n:999\r\n", "~[+orange +apple #t :100 :999]"),
        ["attribute before a reply"] = ("|1\r\n+key-popularity\r\n%2\r\n$1\r\na\r\n,0.1923\r\n$1\r\nb\r\n,0.0012\r\n*2\r\n:2039123\r\n:9543892\r\n", "[:2039123 :9543892]"),
        ["attribute inside a reply"] = ("*3\r\n:1\r\n:2\r\n|1\r\n+ttl\r\n:3600\r\n:3\r\n", "[:1 :2 :3]"),
        ["empty attribute"] = ("|0\r\n:1\r\n", ":1"),
        ["attribute of an attribute"] = ("|1\r\n+a\r\n|1\r\n+b\r\n:1\r\n:2\r\n+OK\r\n", "+OK"),
        ["push"] = (">4\r\n+pubsub\r\n+message\r\n+somechannel\r\n+this is the message\r\n", ">[+pubsub +message +somechannel +this is the message]"),
        ["invalidation"] = (">2\r\n$10\r\ninvalidate\r\n*1\r\n$3\r\nfoo\r\n", ">[$invalidate [$foo]]"),
        ["invalidation of everything"] = (">2\r\n$10\r\ninvalidate\r\n_\r\n", ">[$invalidate null]"),
        ["streamed string"] = ("$?\r\n;4\r\nHell\r\n;5\r\no wor\r\n;2\r\nld\r\n;0\r\n", "$Hello world"),
        ["empty streamed string"] = ("$?\r\n;0\r\n", "$"),
        ["streamed array"] = ("*?\r\n:1\r\n:2\r\n:3\r\n.\r\n", "[:1 :2 :3]"),
        ["empty streamed array"] = ("*?\r\n.\r\n", "[]"),
        ["streamed map"] = ("%?\r\n+a\r\n:1\r\n+b\r\n:2\r\n.\r\n", "%[+a :1 +b :2]"),
        ["streamed set in a streamed array"] = ("*?\r\n~?\r\n:1\r\n.\r\n$?\r\n;1\r\nx\r\n;0\r\n.\r\n", "[~[:1] $x]"),
        ["long streamed array"] = ("*?\r\n" + string.Concat(Enumerable.Repeat(":1\r\n", 100)) + ".\r\n", "[" + string.Join(' ', Enumerable.Repeat(":1", 100)) + "]"),
    };

    /// <summary>What breaks the rules.</summary>
    public static readonly string[] Malformed =
    [
        "hello\r\n", "\r\n", "@1\r\n", ":\r\n", ":1x\r\n", ": 1\r\n", ":1\0\r\n", ":--1\r\n", ":9223372036854775808\r\n", ":-9223372036854775809\r\n", ":99999999999999999999\r\n",
        "$-2\r\n", "$x\r\n", "$\r\n", "$3\r\nabcde\r\n", "$3\r\nabcd\r\n", "!-1\r\n", "=3\r\ntxt\r\n", "=4\r\ntxt.\r\n", "=-1\r\n",
        "#x\r\n", "#tt\r\n", "#\r\n", "_x\r\n", ",1,5\r\n", ",\r\n", ",1e\r\n", ",infinity\r\n", "(12a\r\n", "(\r\n", "(-\r\n",
        "*-2\r\n", "*1.5\r\n", "%-1\r\n", "~-1\r\n", ">-1\r\n", "|-1\r\n", ">?\r\n", "|?\r\n", "!?\r\n",
        ".\r\n", ".x\r\n", "*1\r\n.\r\n", "%?\r\n+a\r\n.\r\n", "*?\r\n|1\r\n+a\r\n:1\r\n.\r\n", ";4\r\nHell\r\n", "$?\r\n:1\r\n", "$?\r\n;-1\r\n", "$?\r\n;x\r\n",
        "*1\r\n>1\r\n+push\r\n", "+a\nb\r\n", "-a\rb\r\n",
    ];

    public static TheoryData<string> Names => [.. All.Keys];
}
