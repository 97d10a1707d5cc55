using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Larder.MongoDB;

/// <summary>
/// The options behind the question mark
/// (https://github.com/mongodb/specifications/blob/master/source/uri-options/uri-options.md). Names are compared without regard to
/// case; of two of one name the last counts. What is not known here is told, and has no effect, as the specification wants it.
/// </summary>
internal sealed class MongoUriSettings(MongoDbStoreOptions options)
{
    private readonly List<string> _warnings = [];
    private bool? _tls;
    private bool? _tlsInsecure;
    private bool? _anyCertificate;
    private bool? _anyHost;
    private string? _authorityFile;
    private string? _certificateFile;
    private string? _certificatePassword;

    public void Read(ReadOnlySpan<char> pair)
    {
        int equals = pair.IndexOf('=');
        if (equals <= 0 || equals == pair.Length - 1)
        {
            _warnings.Add($"'{(equals < 0 ? pair : pair[..equals])}' is no option=value and is ignored");
            return;
        }

        string name = MongoUri.Decode(pair[..equals], "an option's name");
        string value = MongoUri.Decode(pair[(equals + 1)..], $"the option {name}");
        if (!TryRead(name, value) && !TryReadTls(name, value))
            _warnings.Add($"the option '{name}' is not known and is ignored");
    }

    /// <summary>Does what several options say together.</summary>
    public void Finish()
    {
        if (_tlsInsecure is not null && (_anyCertificate is not null || _anyHost is not null))
            throw new FormatException("The MongoDB address has tlsInsecure together with tlsAllowInvalidCertificates or tlsAllowInvalidHostnames; tlsInsecure is both of them.");
        if (options.DirectConnection && options.Servers.Count > 1)
            throw new FormatException("The MongoDB address has directConnection=true and more than one host; it needs exactly one.");
        options.UseTls = _tls ?? false;
        bool anyCertificate = _tlsInsecure ?? _anyCertificate ?? false;
        bool anyHost = _tlsInsecure ?? _anyHost ?? false;
        X509Certificate2Collection? authorities = _authorityFile is null ? null : ReadFile("tlsCAFile", _authorityFile, static file =>
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPemFile(file);
            return all;
        });
        if (_certificateFile is not null)
            options.ClientCertificates = [ReadFile("tlsCertificateKeyFile", _certificateFile, file => _certificatePassword is null ? X509Certificate2.CreateFromPemFile(file) : X509Certificate2.CreateFromEncryptedPemFile(file, _certificatePassword))];
        if (anyCertificate || anyHost || authorities is not null)
            options.CertificateValidation = (_, certificate, chain, errors) => IsGood(certificate, chain, errors, authorities, anyCertificate, anyHost);
        options.Warnings = _warnings;
    }

    private bool TryRead(string name, string value)
    {
        switch (name.ToUpperInvariant())
        {
            case "REPLICASET":
                options.ReplicaSet = value;
                return true;
            case "DIRECTCONNECTION":
                options.DirectConnection = Switch(name, value);
                return true;
            case "AUTHSOURCE":
                options.AuthenticationDatabase = value;
                return true;
            case "AUTHMECHANISM":
                options.AuthenticationMechanism = Authentication.ScramMechanism.Named(value)?.Name
                    ?? throw Invalid(name, value, "SCRAM-SHA-256 or SCRAM-SHA-1");
                return true;
            case "APPNAME":
                options.ApplicationName = value;
                return true;
            case "MAXPOOLSIZE":
                // In the specification, zero is no bound.
                options.MaxPoolSize = Number(name, value, least: 0) is > 0 and int size ? size : int.MaxValue;
                return true;
            case "MAXIDLETIMEMS":
                options.MaxIdleTime = Number(name, value, least: 0) is > 0 and int idle ? TimeSpan.FromMilliseconds(idle) : Timeout.InfiniteTimeSpan;
                return true;
            case "WAITQUEUETIMEOUTMS":
                options.WaitQueueTimeout = Milliseconds(name, value);
                return true;
            case "CONNECTTIMEOUTMS":
                options.ConnectTimeout = Milliseconds(name, value);
                return true;
            case "SOCKETTIMEOUTMS" or "TIMEOUTMS":
                options.CommandTimeout = Milliseconds(name, value);
                return true;
            case "SERVERSELECTIONTIMEOUTMS":
                options.ServerSelectionTimeout = Milliseconds(name, value);
                return true;
            case "HEARTBEATFREQUENCYMS":
                options.HeartbeatInterval = Milliseconds(name, value);
                return true;
            case "RETRYWRITES":
                options.RetryWrites = Switch(name, value);
                return true;
            case "RETRYREADS":
                options.RetryReads = Switch(name, value);
                return true;
            case "W":
                options.WriteConcern = value == "0" ? throw Invalid(name, value, "1 or more, or a name: a cache has to know that a write has happened") : value;
                return true;
            case "READPREFERENCE":
                ReadPreference(name, value);
                return true;
            default:
                return false;
        }
    }

    private bool TryReadTls(string name, string value)
    {
        switch (name.ToUpperInvariant())
        {
            case "TLS" or "SSL":
                bool tls = Switch(name, value);
                if (_tls is { } before && before != tls)
                    throw new FormatException("The MongoDB address has tls and ssl with different values.");
                _tls = tls;
                return true;
            case "TLSINSECURE":
                _tlsInsecure = Switch(name, value);
                return true;
            case "TLSALLOWINVALIDCERTIFICATES":
                _anyCertificate = Switch(name, value);
                return true;
            case "TLSALLOWINVALIDHOSTNAMES":
                _anyHost = Switch(name, value);
                return true;
            case "TLSCAFILE":
                _authorityFile = value;
                return true;
            case "TLSCERTIFICATEKEYFILE":
                _certificateFile = value;
                return true;
            case "TLSCERTIFICATEKEYFILEPASSWORD":
                _certificatePassword = value;
                return true;
            default:
                return false;
        }
    }

    // Whoever reads from a secondary does not see what was just written.
    private void ReadPreference(string name, string value)
    {
        if (value is not ("primary" or "primaryPreferred" or "secondary" or "secondaryPreferred" or "nearest"))
            throw Invalid(name, value, "primary, primaryPreferred, secondary, secondaryPreferred or nearest");
        if (value != "primary")
            _warnings.Add($"readPreference={value} has no effect: a cache has to see what was just written, and reads from the primary");
    }

    private static bool IsGood(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, X509Certificate2Collection? authorities, bool anyCertificate, bool anyHost)
    {
        if (anyHost)
            errors &= ~SslPolicyErrors.RemoteCertificateNameMismatch;
        if (anyCertificate)
            errors &= ~SslPolicyErrors.RemoteCertificateChainErrors;
        else if (authorities is not null && certificate is not null)
        {
            using var own = new X509Chain();
            own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            own.ChainPolicy.CustomTrustStore.AddRange(authorities);
            own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            foreach (X509ChainElement element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
                own.ChainPolicy.ExtraStore.Add(element.Certificate);
            using X509Certificate2 end = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
            errors = own.Build(end) ? errors & ~SslPolicyErrors.RemoteCertificateChainErrors : errors | SslPolicyErrors.RemoteCertificateChainErrors;
        }

        return errors == SslPolicyErrors.None;
    }

    private static T ReadFile<T>(string name, string file, Func<string, T> read)
    {
        try
        {
            return read(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new FormatException($"The option {name} of the MongoDB address is '{file}', which cannot be read: {error.Message}", error);
        }
    }

    private static bool Switch(string name, string value) => value switch
    {
        "true" => true,
        "false" => false,
        _ => throw Invalid(name, value, "true or false"),
    };

    private static int Number(string name, string value, int least) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least
            ? number
            : throw Invalid(name, value, $"a number of {least} or more");

    private static TimeSpan Milliseconds(string name, string value) => TimeSpan.FromMilliseconds(Number(name, value, least: 1));

    private static FormatException Invalid(string name, string value, string allowed) =>
        new($"The option {name} of the MongoDB address is '{value}'; it must be {allowed}.");
}
