using Larder;
using Larder.Conformance.Processes;

return await Work.RunAsync(args, new PostgreSqlStore(new PostgreSqlStoreOptions { ConnectionString = args[1], CommandTimeout = TimeSpan.FromSeconds(20), ConnectTimeout = TimeSpan.FromSeconds(20) }));
