namespace Larder.PostgreSql.Coherence;

/// <summary>Who is told what the <see cref="Listener"/> hears. Its members return quickly and never throw.</summary>
internal interface IChangeObserver
{
    void OnChange(ChangeKind kind, string sender, string key);

    /// <summary>Something was told that could not be understood as a whole.</summary>
    void OnTorn();

    void OnLost();

    void OnRestored();
}
