namespace Larder.Redis.Tests.Resp;

/// <summary>What a real redis-server 7.0 said to a client of this kind, byte for byte (as Latin-1).</summary>
internal static class Captures
{
    public static readonly string[] All =
    [
        "%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n$5\r\nproto\r\n:3\r\n$2\r\nid\r\n:3\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n",
        "+OK\r\n>3\r\n$9\r\nsubscribe\r\n$14\r\nlarder:changes\r\n:1\r\n+PONG\r\n",
        "+OK\r\n*3\r\n$5\r\n\u0000\u00FF\r\n$\r\n_\r\n_\r\n:-1\r\n_\r\n",
        "$5\r\n\u0000\u00FF\r\n$\r\n_\r\n>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\na\r\n>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nb\r\n>3\r\n$7\r\nmessage\r\n$14\r\nlarder:changes\r\n$20\r\nk0123456789abcdefkey\r\n",
        "$1\r\nx\r\n>2\r\n$10\r\ninvalidate\r\n_\r\n",
        "-NOSCRIPT No matching script. Please use EVAL.\r\n-ERR unknown command 'NOSUCH', with args beginning with: \r\n:1\r\n-WRONGTYPE Operation against a key holding the wrong kind of value\r\n%1\r\n$1\r\nf\r\n$1\r\nv\r\n*2\r\n$1\r\nv\r\n_\r\n*2\r\n$1\r\n0\r\n*1\r\n$1\r\nh\r\n*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n",
        "-ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.\r\n*1\r\n*10\r\n$3\r\nget\r\n:2\r\n~2\r\n+readonly\r\n+fast\r\n:1\r\n:1\r\n:1\r\n~3\r\n+@read\r\n+@string\r\n+@fast\r\n~0\r\n~1\r\n%3\r\n$5\r\nflags\r\n~2\r\n+RO\r\n+access\r\n$12\r\nbegin_search\r\n%2\r\n$4\r\ntype\r\n$5\r\nindex\r\n$4\r\nspec\r\n%1\r\n$5\r\nindex\r\n:1\r\n$9\r\nfind_keys\r\n%2\r\n$4\r\ntype\r\n$5\r\nrange\r\n$4\r\nspec\r\n%3\r\n$7\r\nlastkey\r\n:0\r\n$7\r\nkeystep\r\n:1\r\n$5\r\nlimit\r\n:0\r\n~0\r\n:1\r\n,1.5\r\n=283\r\ntxt:id=3 addr=127.0.0.1:37378 laddr=127.0.0.1:12999 fd=7 name=larder age=1 idle=0 flags=Pt db=0 sub=1 psub=0 ssub=0 multi=-1 qbuf=170 qbuf-free=20304 argv-mem=10 multi-mem=0 rbs=1024 rbp=277 obl=277 oll=1 omem=20504 tot-mem=42858 events=r cmd=client|info user=default redir=0 resp=3\n\r\n",
    ];
}
