using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Larder.Hosting;

/// <summary>Offers a host's cache as another interface, under the same rules as the cache itself: by its name, and the default cache, or the first, plainly.</summary>
internal static class Faces
{
    public static LarderBuilder Offer<TFace>(LarderBuilder builder, Func<IServiceProvider, TFace> create)
        where TFace : class
    {
        string name = builder.Name;
        builder.Services.AddKeyedSingleton(name, (provider, _) => create(provider));
        var plain = new ServiceDescriptor(typeof(TFace), new PlainFace<TFace>(name).Resolve, ServiceLifetime.Singleton);
        if (name == LarderBuilder.DefaultName)
            builder.Services.Replace(plain);
        else
            builder.Services.TryAdd(plain);
        return builder;
    }

    /// <summary>Whether a host's plain service of this interface is the cache of that name.</summary>
    public static bool IsPlain<TFace>(IServiceCollection services, string name)
        where TFace : class =>
        services.LastOrDefault(static service => !service.IsKeyedService && service.ServiceType == typeof(TFace))?.ImplementationFactory?.Target is PlainFace<TFace> face
        && face.Name == name;

    private sealed class PlainFace<TFace>(string name)
        where TFace : class
    {
        public string Name => name;

        public object Resolve(IServiceProvider provider) => provider.GetRequiredKeyedService<TFace>(name);
    }
}
