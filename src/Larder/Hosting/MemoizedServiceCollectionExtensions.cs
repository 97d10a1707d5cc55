using System.Diagnostics.CodeAnalysis;
using Larder;
using Larder.Memoize;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds services whose interface has memoized methods.</summary>
public static class MemoizedServiceCollectionExtensions
{
    /// <summary>Adds a service whose <see cref="MemoizeAttribute"/> methods go through the cache.</summary>
    /// <typeparam name="TService">An interface with memoized methods.</typeparam>
    /// <typeparam name="TImplementation">What computes the results.</typeparam>
    /// <param name="services">The host's services. The cache is their <see cref="ICache"/>, or <see cref="Cache.Default"/>.</param>
    /// <param name="lifetime">How long an instance lives. Default: as long as the host.</param>
    /// <exception cref="InvalidOperationException">The interface has no memoized methods.</exception>
    public static IServiceCollection AddMemoized<TService, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>(this IServiceCollection services, ServiceLifetime lifetime = ServiceLifetime.Singleton)
        where TService : class
        where TImplementation : class, TService
    {
        ArgumentNullException.ThrowIfNull(services);
        services.Add(ServiceDescriptor.Describe(typeof(TImplementation), typeof(TImplementation), lifetime));
        return services.AddMemoized<TService>(static provider => provider.GetRequiredService<TImplementation>(), lifetime);
    }

    /// <summary>Adds a service whose <see cref="MemoizeAttribute"/> methods go through the cache, around an implementation that something else makes.</summary>
    /// <typeparam name="TService">An interface with memoized methods.</typeparam>
    /// <param name="services">The host's services. The cache is their <see cref="ICache"/>, or <see cref="Cache.Default"/>.</param>
    /// <param name="create">Makes what computes the results. It must not ask for <typeparamref name="TService"/> itself.</param>
    /// <param name="lifetime">How long an instance lives. Default: as long as the host.</param>
    /// <exception cref="InvalidOperationException">The interface has no memoized methods.</exception>
    public static IServiceCollection AddMemoized<TService>(this IServiceCollection services, Func<IServiceProvider, TService> create, ServiceLifetime lifetime = ServiceLifetime.Singleton)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(create);
        Func<TService, ICache, TService> decorate = MemoizedDecorators.Find<TService>();
        services.Add(ServiceDescriptor.Describe(typeof(TService), provider => decorate(create(provider), provider.GetService<ICache>() ?? Cache.Default), lifetime));
        return services;
    }
}
