using System.CommandLine;
using System.CommandLine.Invocation;
using Larder.Samples.PairProgrammer.Cli;

var settings = new Settings();
var root = new RootCommand("A pair programmer: from a problem to code with tests, in steps. Each answer of the model is paid for once.");
foreach (Option option in settings.All)
    root.Options.Add(option);
new WholeWay(settings).AddTo(root);
new Functions(settings).AddTo(root);
ParseResult parsed = root.Parse(args);
if (parsed.Action is not ParseErrorAction mistaken)
    return await parsed.InvokeAsync();
mistaken.ShowHelp = false; // It would push what is wrong out of sight.
await parsed.InvokeAsync();
await Console.Error.WriteLineAsync("pair: --help says what there is.");
return Errors.Misuse;
