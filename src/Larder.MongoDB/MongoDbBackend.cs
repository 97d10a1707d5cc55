using Larder.MongoDB;
using Larder.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Larder;

/// <summary>What <c>"Backend": "mongo"</c> in a cache's configuration chooses: a <see cref="MongoDbStore"/>.</summary>
/// <remarks>
/// <c>BackendOptions</c> are those of <see cref="MongoDbStoreOptions"/> that are no code, by their names, and <c>Address</c>: a
/// text as <see cref="MongoDbStoreOptions.Parse"/> reads it, which the others override.
/// </remarks>
internal sealed class MongoDbBackend : IStoreBackend
{
    /// <inheritdoc/>
    public Func<IServiceProvider, ICacheStore> Read(BackendOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        MongoDbStoreOptions mongo = ReadAddress(options);
        options.Text(nameof(mongo.Database), value => mongo.Database = value);
        options.Text(nameof(mongo.ReplicaSet), value => mongo.ReplicaSet = value);
        options.Flag(nameof(mongo.ChangeStreams), value => mongo.ChangeStreams = value);
        options.Flag(nameof(mongo.DirectConnection), value => mongo.DirectConnection = value);
        options.Text(nameof(mongo.User), value => mongo.User = value);
        options.Text(nameof(mongo.Password), value => mongo.Password = value);
        options.Text(nameof(mongo.AuthenticationDatabase), value => mongo.AuthenticationDatabase = value);
        options.Text(nameof(mongo.AuthenticationMechanism), value => mongo.AuthenticationMechanism = value);
        options.Flag(nameof(mongo.UseTls), value => mongo.UseTls = value);
        options.Text(nameof(mongo.TlsHost), value => mongo.TlsHost = value);
        options.Text(nameof(mongo.ApplicationName), value => mongo.ApplicationName = value);
        options.Number<int>(nameof(mongo.MaxPoolSize), value => mongo.MaxPoolSize = value);
        options.Span(nameof(mongo.MaxIdleTime), value => mongo.MaxIdleTime = value);
        options.Span(nameof(mongo.WaitQueueTimeout), value => mongo.WaitQueueTimeout = value);
        options.Span(nameof(mongo.ConnectTimeout), value => mongo.ConnectTimeout = value);
        options.Span(nameof(mongo.CommandTimeout), value => mongo.CommandTimeout = value);
        options.Span(nameof(mongo.ServerSelectionTimeout), value => mongo.ServerSelectionTimeout = value);
        options.Span(nameof(mongo.HeartbeatInterval), value => mongo.HeartbeatInterval = value);
        options.Span(nameof(mongo.ReconnectDelay), value => mongo.ReconnectDelay = value);
        options.Span(nameof(mongo.MaxReconnectDelay), value => mongo.MaxReconnectDelay = value);
        options.Flag(nameof(mongo.RetryWrites), value => mongo.RetryWrites = value);
        options.Flag(nameof(mongo.RetryReads), value => mongo.RetryReads = value);
        options.Text(nameof(mongo.WriteConcern), value => mongo.WriteConcern = value);
        options.Flag(nameof(mongo.UseChecksums), value => mongo.UseChecksums = value);
        MongoDbStoreOptionsValidation.Validate(mongo);
        return services => MongoDbStore.Create(mongo with
        {
            TimeProvider = services.GetService<TimeProvider>() ?? mongo.TimeProvider,
            LoggerFactory = services.GetService<ILoggerFactory>(),
        });
    }

    private static MongoDbStoreOptions ReadAddress(BackendOptions options)
    {
        MongoDbStoreOptions mongo = new();
        bool addressed = false;
        options.Text("Address", text =>
        {
            addressed = true;
            try
            {
                mongo = MongoDbStoreOptions.Parse(text);
            }
            catch (FormatException error)
            {
                options.Refuse("Address", error.Message);
            }
        });
        options.Texts(nameof(mongo.Servers), servers =>
        {
            if (addressed)
                options.Refuse(nameof(mongo.Servers), "Address is set, too; choose one");
            mongo.Servers = [.. servers];
        });
        return mongo;
    }
}
