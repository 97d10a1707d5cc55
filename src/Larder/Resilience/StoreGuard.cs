using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Larder.Diagnostics;
using Larder.Stores;
using Polly;
using Polly.CircuitBreaker;

namespace Larder.Resilience;

/// <summary>
/// Asks a store without ever being hurt by it: every call ends within its timeout, whether the store honours
/// cancellation or not, failures become replies, and a store that keeps failing is not asked at all for a while.
/// </summary>
internal sealed class StoreGuard
{
    private volatile bool _answering = true;
    private readonly ResiliencePipeline _circuit;
    private readonly TimeProvider _time;
    private readonly CacheTelemetry _telemetry;

    public StoreGuard(ICacheStore store, StoreOptions options, TimeProvider time, CacheTelemetry telemetry)
    {
        Store = store;
        Options = options;
        _time = time;
        _telemetry = telemetry;
        _circuit = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                // Only failures, and at least so many of them, within the window: one success in between keeps it closed.
                FailureRatio = 1,
                MinimumThroughput = options.CircuitFailures,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = options.CircuitBreak,
                ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Exception is not null && !arguments.Context.CancellationToken.IsCancellationRequested),
                OnOpened = opened =>
                {
                    telemetry.CircuitOpened(opened.BreakDuration);
                    return default;
                },
                OnClosed = _ =>
                {
                    telemetry.CircuitClosed();
                    return default;
                },
            })
            .Build();
    }

    public ICacheStore Store { get; }

    /// <summary>Whether the store has answered when it was asked last.</summary>
    public bool IsAnswering => _answering;

    public StoreOptions Options { get; }

    /// <summary>Asks the store.</summary>
    /// <returns>The reply; it never carries the caller's own cancellation.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async ValueTask<StoreReply<T>> AskAsync<TState, T>(
        StoreOperation operation,
        TState state,
        Func<ICacheStore, TState, CancellationToken, ValueTask<T>> call,
        TimeSpan timeout,
        CancellationToken cancellationToken,
        Func<T, (int Hits, int Misses)>? tally = null)
    {
        var request = new Request<TState, T>(this, operation, state, call, timeout, tally);
        ResilienceContext context = ResilienceContextPool.Shared.Get(cancellationToken);
        Outcome<T> outcome;
        try
        {
            outcome = await _circuit.ExecuteOutcomeAsync(static (context, request) => request.RunAsync(context.CancellationToken), context, request).ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }

        cancellationToken.ThrowIfCancellationRequested();
        bool answered = outcome.Exception is null;
        if (_answering != answered)
            _answering = answered;
        return outcome.Exception is { } error
            ? new StoreReply<T>(default!, error, request.Settled)
            : new StoreReply<T>(outcome.Result!, null, Task.CompletedTask);
    }

    /// <summary>Walks over the store's keys. The walk may take its time; each of its steps has that of a read.</summary>
    /// <exception cref="NotSupportedException">The store cannot list its keys.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async IAsyncEnumerable<string> ScanAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var scan = new StoreScan(Store, prefix, cancellationToken);
        bool isMore = true;
        while (isMore)
        {
            StoreReply<bool> step = await AskAsync(StoreOperation.Scan, scan, static (_, scan, _) => scan.NextAsync(), Options.ReadTimeout, cancellationToken).ConfigureAwait(false);
            if ((step.Error ?? scan.Refusal) is { } error)
                throw error;
            isMore = step.Value;
            foreach (string key in scan.Keys)
                yield return key;
        }
    }

    private sealed class Request<TState, T>(
        StoreGuard guard,
        StoreOperation operation,
        TState state,
        Func<ICacheStore, TState, CancellationToken, ValueTask<T>> call,
        TimeSpan timeout,
        Func<T, (int Hits, int Misses)>? tally)
    {
        public Task Settled { get; private set; } = Task.CompletedTask;

        [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "Disposed when the call has settled.")]
        public async ValueTask<Outcome<T>> RunAsync(CancellationToken cancellationToken)
        {
            var deadline = timeout == Timeout.InfiniteTimeSpan ? null : new CancellationTokenSource(timeout, guard._time);
            var linked = deadline is null ? null : CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
            Task<T>? task = null;
            StoreCall observed = guard._telemetry.StartStoreCall(operation);
            try
            {
                ValueTask<T> pending = Call(linked?.Token ?? cancellationToken);
                T answer;
                if (pending.IsCompletedSuccessfully)
                {
                    answer = pending.Result;
                }
                else
                {
                    task = pending.AsTask();
                    // Not only the token: a store that ignores it must not hold the caller.
                    answer = await task.WaitAsync(linked?.Token ?? cancellationToken).ConfigureAwait(false);
                }

                (int hits, int misses) = tally?.Invoke(answer) ?? default;
                observed.Completed(hits, misses);
                return Outcome.FromResult(answer);
            }
            catch (OperationCanceledException cancelled) when (cancellationToken.IsCancellationRequested)
            {
                observed.Cancelled();
                return Outcome.FromException<T>(cancelled);
            }
            catch (Exception thrown)
            {
                Exception error = thrown is OperationCanceledException && deadline is { IsCancellationRequested: true }
                    ? new TimeoutException($"The store '{guard.Store.Name}' did not answer within {timeout.TotalMilliseconds:0} ms.", thrown)
                    : thrown;
                observed.Failed(error);
                return Outcome.FromException<T>(error);
            }
            finally
            {
                if (task is { IsCompleted: false })
                {
                    Settled = SettleAsync(task, deadline, linked);
                }
                else
                {
                    linked?.Dispose();
                    deadline?.Dispose();
                }
            }
        }

        // A store that forgot ConfigureAwait(false) must not need the very thread that a synchronous caller blocks.
        private ValueTask<T> Call(CancellationToken cancellationToken)
        {
            SynchronizationContext? context = SynchronizationContext.Current;
            if (context is null)
                return call(guard.Store, state, cancellationToken);

            SynchronizationContext.SetSynchronizationContext(null);
            try
            {
                return call(guard.Store, state, cancellationToken);
            }
            finally
            {
                SynchronizationContext.SetSynchronizationContext(context);
            }
        }

        // The call was abandoned, not ended: its outcome is nobody's business any more, but its end still orders
        // later writes of the same key.
        private static async Task SettleAsync(Task task, CancellationTokenSource? deadline, CancellationTokenSource? linked)
        {
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            linked?.Dispose();
            deadline?.Dispose();
        }
    }
}
