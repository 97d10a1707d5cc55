using Larder.Sqlite.Files;

namespace Larder.Sqlite.Writing;

/// <content>What is done with the transaction by who has it: the thread, or a caller.</content>
internal sealed partial class Writer
{
    // Waits for nobody: whatever is in the way is the thread's to see to.
    private bool TryExecuteNow(WriteOperation operation)
    {
        try
        {
            if (_transaction is not { HasMoved: false } transaction || Volatile.Read(ref _damage) is not null || !transaction.TryBegin(flushes: false))
                return false;
            operation.TryBegin();
            operation.Execute(transaction);
            transaction.Commit();
            Acknowledge(transaction, [operation]);
            return true;
        }
        catch (Exception)
        {
            Undo(); // It is tried again on the thread, which tells what is wrong.
            return false;
        }
    }

    private void Execute(List<WriteOperation> group, bool mayReplace)
    {
        try
        {
            WriteTransaction transaction = Open();
            if (!TryBegin(transaction, group))
                return;
            List<WriteOperation> begun = group.FindAll(static operation => operation.TryBegin());
            foreach (WriteOperation operation in begun)
                operation.Execute(transaction);
            transaction.Commit();
            Acknowledge(transaction, begun);
        }
        catch (SqliteStoreException error) when (error.Failure == SqliteFailure.Damaged && mayReplace)
        {
            Volatile.Write(ref _damage, error);
            Execute(group, mayReplace: false);
        }
        catch (Exception error)
        {
            Undo();
            if (group.Count == 1)
            {
                if (group[0].TryBegin())
                    group[0].Fail(error);
                return;
            }

            foreach (WriteOperation operation in group)
                Execute([operation], mayReplace);
        }
    }

    private bool Flushes(WriteOperation operation) => operation.IsDurable && _options.Durability == SqliteDurability.Durable;

    private void Acknowledge(WriteTransaction transaction, List<WriteOperation> operations)
    {
        _telemetry.Committed(operations.Count, transaction.EntryCount, transaction.ByteCount);
        Committed?.Invoke();
        operations.ForEach(static operation => operation.Complete());
    }

    // Waits for another process to end its transaction; whoever is cancelled meanwhile is gone at once.
    private bool TryBegin(WriteTransaction transaction, List<WriteOperation> group)
    {
        bool flushes = group.Exists(Flushes);
        long began = _options.TimeProvider.GetTimestamp();
        TimeSpan wait = ShortestRetry;
        while (!transaction.TryBegin(flushes))
        {
            if (_options.TimeProvider.GetElapsedTime(began) >= _options.BusyTimeout)
            {
                _telemetry.LockTimedOut();
                var error = new SqliteStoreException(SqliteFailure.Locked, $"SQLite '{_options.Path}' is locked: another process has been writing for {_options.BusyTimeout} ({nameof(SqliteStoreOptions.BusyTimeout)}).");
                foreach (WriteOperation operation in group.FindAll(static operation => operation.TryBegin()))
                    operation.Fail(error);
                return false;
            }

            Thread.Sleep(wait);
            wait = wait * 2 < LongestRetry ? wait * 2 : LongestRetry;
        }

        return true;
    }

    private void Undo()
    {
        try
        {
            _transaction?.Rollback();
        }
        catch (SqliteStoreException)
        {
            Close(); // What cannot be undone is undone by closing.
        }
    }

    private WriteTransaction Open()
    {
        SqliteStoreException? damage = Interlocked.Exchange(ref _damage, null);
        if (_transaction is { } open)
        {
            if (damage is null && !open.HasMoved)
                return open;
            if (damage is null)
                _telemetry.Moved();
        }

        byte[]? damaged = damage is null ? null : _transaction?.Identity;
        Close();
        Connection connection = _file.OpenOrReplace(damaged, damage);
        try
        {
            _transaction = new WriteTransaction(connection, _options, _telemetry, _self, _recency);
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        if (_hasBeenOpen)
            _readers.Renew();
        _hasBeenOpen = true;
        _isOpen = true;
        return _transaction;
    }

    private void Close()
    {
        _isOpen = false;
        _transaction?.Dispose();
        _transaction = null;
    }
}
