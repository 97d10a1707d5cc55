using Larder.Conformance.Processes;
using Larder.PostgreSql.Tests.Servers;

namespace Larder.PostgreSql.Tests.Processes;

public sealed class ProcessesTests() : ProcessesConformance(Path.Combine(AppContext.BaseDirectory, "Larder.PostgreSql.Worker.dll"), processes: 4, phases: 6)
{
    [Fact]
    [Trait("Category", "Long")]
    [Trait("Long", "postgresql-history")]
    public Task No_read_violates_a_guarantee_in_half_a_million_operations_of_four_processes() => CheckHistoryAsync(4, 40, 3_200);

    protected override async Task<(IAsyncDisposable Server, string Address)> StartServerAsync()
    {
        PostgreSqlServer server = await PostgreSqlServer.StartAsync();
        return (server, server.ConnectionString);
    }
}
