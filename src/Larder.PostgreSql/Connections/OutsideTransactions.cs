using System.Transactions;
using Npgsql;

namespace Larder.PostgreSql.Connections;

/// <summary>Connections that are no part of an ambient transaction: what is cached is not rolled back with anything.</summary>
internal static class OutsideTransactions
{
    /// <summary>Opens one, whatever the source does with ambient transactions.</summary>
    public static ValueTask<NpgsqlConnection> OpenOutsideAsync(this NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        return Transaction.Current is null ? source.OpenConnectionAsync(cancellationToken) : SuppressAsync();

        async ValueTask<NpgsqlConnection> SuppressAsync()
        {
            using var outside = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
            return await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
