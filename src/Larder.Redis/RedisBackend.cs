using Larder.Redis;
using Larder.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Larder;

/// <summary>What <c>"Backend": "redis"</c> in a cache's configuration chooses: a <see cref="RedisStore"/>.</summary>
/// <remarks>
/// <c>BackendOptions</c> are those of <see cref="RedisStoreOptions"/> that are no code, by their names, and <c>Address</c>: a
/// text as <see cref="RedisStoreOptions.Parse"/> reads it, which the others override.
/// </remarks>
internal sealed class RedisBackend : IStoreBackend
{
    /// <inheritdoc/>
    public Func<IServiceProvider, ICacheStore> Read(BackendOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        RedisStoreOptions redis = new();
        bool addressed = false;
        options.Text("Address", text =>
        {
            addressed = true;
            try
            {
                redis = RedisStoreOptions.Parse(text);
            }
            catch (FormatException error)
            {
                options.Refuse("Address", error.Message);
            }
        });
        options.Texts(nameof(redis.Servers), servers =>
        {
            if (addressed)
                options.Refuse(nameof(redis.Servers), "Address is set, too; choose one");
            redis.Servers = [.. servers];
        });
        options.Text(nameof(redis.User), value => redis.User = value);
        options.Text(nameof(redis.Password), value => redis.Password = value);
        options.Number<int>(nameof(redis.Database), value => redis.Database = value);
        options.Text(nameof(redis.ClientName), value => redis.ClientName = value);
        options.Text(nameof(redis.Namespace), value => redis.Namespace = value);
        options.Choice<RedisTracking>(nameof(redis.Tracking), value => redis.Tracking = value);
        options.Number<int>(nameof(redis.ConnectionsPerServer), value => redis.ConnectionsPerServer = value);
        options.Flag(nameof(redis.UseTls), value => redis.UseTls = value);
        options.Text(nameof(redis.TlsHost), value => redis.TlsHost = value);
        options.Span(nameof(redis.ConnectTimeout), value => redis.ConnectTimeout = value);
        options.Span(nameof(redis.CommandTimeout), value => redis.CommandTimeout = value);
        options.Span(nameof(redis.HeartbeatInterval), value => redis.HeartbeatInterval = value);
        options.Span(nameof(redis.ReconnectDelay), value => redis.ReconnectDelay = value);
        options.Span(nameof(redis.MaxReconnectDelay), value => redis.MaxReconnectDelay = value);
        options.Number<int>(nameof(redis.MaxReplyBytes), value => redis.MaxReplyBytes = value);
        RedisStoreOptionsValidation.Validate(redis);
        return services => new RedisStore(redis with
        {
            TimeProvider = services.GetService<TimeProvider>() ?? redis.TimeProvider,
            LoggerFactory = services.GetService<ILoggerFactory>(),
        });
    }
}
