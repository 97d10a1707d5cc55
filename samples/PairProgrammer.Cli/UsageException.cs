namespace Larder.Samples.PairProgrammer.Cli;

/// <summary>The command line asks for what cannot be.</summary>
internal sealed class UsageException(string message) : Exception(message);
