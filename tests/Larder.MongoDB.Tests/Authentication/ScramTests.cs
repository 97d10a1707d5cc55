using Larder.MongoDB.Authentication;

namespace Larder.MongoDB.Tests.Authentication;

/// <summary>The conversations of RFC 5802, section 5, and RFC 7677, section 3; and those of the drivers' specification, whose SHA-1 password is a digest.</summary>
public sealed class ScramTests
{
    private const string Sha256Nonce = "rOprNGfwEbeRWgbNEkqO";
    private const string Sha256First = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    private const string Sha256Final = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    [Fact]
    public void Conversation_of_RFC_7677()
    {
        ScramConversation conversation = Sha256();

        Assert.Equal("n,,n=user,r=rOprNGfwEbeRWgbNEkqO", conversation.First());
        Assert.Equal("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", conversation.Final(Sha256First));
        conversation.Verify(Sha256Final);
    }

    [Fact]
    public void Conversation_of_RFC_5802()
    {
        var conversation = new ScramConversation(ScramMechanism.Sha1, "user", static (salt, iterations) => ScramMechanism.Sha1.Salt("pencil", salt, iterations), "fyko+d2lbbFgONRv9qkxdawL");

        Assert.Equal("n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL", conversation.First());
        Assert.Equal("c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", conversation.Final("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"));
        conversation.Verify("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=");
    }

    [Fact]
    public void Conversation_of_the_drivers_specification_with_the_digest_of_the_password()
    {
        Assert.Equal("1c33006ec1ffd90f9cadcbcc0e118200", ScramMechanism.Sha1.Secret("user", "pencil"));
        var conversation = new ScramConversation(ScramMechanism.Sha1, "user", static (salt, iterations) => ScramMechanism.Sha1.Salt(ScramMechanism.Sha1.Secret("user", "pencil"), salt, iterations), "fyko+d2lbbFgONRv9qkxdawL");

        conversation.First();
        Assert.Equal(
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawLHo+Vgk7qvUOKUwuWLIWg4l/9SraGMHEE,p=MC2T8BvbmWRckDw8oWl5IVghwCY=",
            conversation.Final("r=fyko+d2lbbFgONRv9qkxdawLHo+Vgk7qvUOKUwuWLIWg4l/9SraGMHEE,s=rQ9ZY3MntBeuP3E1TDVC4w==,i=10000"));
        conversation.Verify("v=UMWeI25JD1yNYZRMpZ4VHvhZ9e0=");
    }

    [Theory]
    [InlineData("r=another,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "nonce does not begin with ours")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "nonce does not begin with ours")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095", "4096 to")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000", "4096 to")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=-1", "4096 to")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=x", "4096 to")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=*,i=4096", "not base64")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,i=4096", "lacks")]
    [InlineData("s=W22ZaJ0SNY7soEsUEjb6gQ==,r=rOprNGfwEbeRWgbNEkqOx,i=4096", "lacks")]
    [InlineData("", "lacks")]
    public void Server_that_does_not_follow_is_refused(string serverFirst, string expected)
    {
        ScramConversation conversation = Sha256();
        conversation.First();

        Assert.Contains(expected, Assert.Throws<MongoDbProtocolException>(() => conversation.Final(serverFirst)).Message);
    }

    [Theory]
    [InlineData("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl96G4=", "not proved")]
    [InlineData("v=*", "not base64")]
    [InlineData("v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "not proved")]
    [InlineData("v=AAAA", "not proved")]
    [InlineData("", "not proved")]
    [InlineData("e=invalid-proof", "invalid-proof")]
    public void Server_that_does_not_know_the_password_is_refused(string serverFinal, string expected)
    {
        ScramConversation conversation = Sha256();
        conversation.First();
        conversation.Final(Sha256First);

        Assert.Contains(expected, Assert.Throws<MongoDbProtocolException>(() => conversation.Verify(serverFinal)).Message);
    }

    [Fact]
    public void Server_that_says_nothing_in_between_has_proved_nothing()
    {
        ScramConversation conversation = Sha256();
        conversation.First();

        Assert.Throws<MongoDbProtocolException>(() => conversation.Verify(Sha256Final));
    }

    [Fact]
    public void Names_are_escaped()
    {
        var conversation = new ScramConversation(ScramMechanism.Sha256, "a=b,c", static (_, _) => [], "n");

        Assert.Equal("n,,n=a=3Db=2Cc,r=n", conversation.First());
    }

    [Fact]
    public void Nonces_are_long_printable_and_never_the_same()
    {
        string[] nonces = [.. Enumerable.Range(0, 100).Select(_ => ScramConversation.NewNonce())];

        Assert.Equal(100, nonces.Distinct().Count());
        Assert.All(nonces, nonce => Assert.True(nonce.Length >= 32 && nonce.All(c => c is > ' ' and <= '~' and not ',')));
    }

    [Theory]
    [InlineData("pencil", "pencil")]
    [InlineData("I\u00ADX", "IX")]
    [InlineData("a\u00A0b\u3000c", "a b c")]
    [InlineData("", "")]
    public void Password_is_the_same_however_it_was_typed(string typed, string prepared) => Assert.Equal(prepared, SaslPrep.Prepare(typed));

    [Theory]
    [InlineData("a\u0007b")]
    [InlineData("a\u007Fb")]
    [InlineData("a\uE000b")]
    [InlineData("\u0085")]
    public void Password_with_control_characters_is_refused(string typed) => Assert.Throws<FormatException>(() => SaslPrep.Prepare(typed));

    [Fact]
    public void Salted_password_is_computed_once()
    {
        var passwords = new SaltedPasswords("user", "pencil");
        byte[] salt = Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ==");

        byte[] first = passwords.Get(ScramMechanism.Sha256, salt, 4096);

        Assert.Same(first, passwords.Get(ScramMechanism.Sha256, [.. salt], 4096));
        Assert.NotEqual(first, passwords.Get(ScramMechanism.Sha256, salt, 4097));
        Assert.NotEqual(first.Length, passwords.Get(ScramMechanism.Sha1, salt, 4096).Length);
    }

    private static ScramConversation Sha256() =>
        new(ScramMechanism.Sha256, "user", static (salt, iterations) => ScramMechanism.Sha256.Salt(ScramMechanism.Sha256.Secret("user", "pencil"), salt, iterations), Sha256Nonce);
}
