using System.Runtime.CompilerServices;
using Polly;
using Polly.Retry;

namespace Larder.Resilience;

/// <summary>Runs factories with their retries: exponential backoff with jitter, by Polly.</summary>
internal sealed class RetryPipelines(TimeProvider time)
{
    // By reference: options are meant to be made once, and a pipeline dies with its options.
    private readonly ConditionalWeakTable<RetryOptions, ResiliencePipeline> _pipelines = [];

    public ResiliencePipeline For(RetryOptions options) =>
        options.Retries == 0 ? ResiliencePipeline.Empty : _pipelines.GetValue(options, Build);

    private ResiliencePipeline Build(RetryOptions options) =>
        new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.Retries,
                Delay = options.Delay,
                MaxDelay = options.MaxDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = arguments => ValueTask.FromResult(
                    arguments.Outcome.Exception is { } error
                    && error is not ReentrantFactoryException
                    && !(error is OperationCanceledException && arguments.Context.CancellationToken.IsCancellationRequested)
                    && (options.ShouldRetry?.Invoke(error) ?? error is not OperationCanceledException)),
            })
            .Build();
}
