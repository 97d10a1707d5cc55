using System.CommandLine;
using Larder.Samples.PairProgrammer.Cli;

var settings = new Settings();
var root = new RootCommand("A pair programmer: from a problem to code with tests, in steps. Each answer of the model is paid for once.");
foreach (Option option in settings.All)
    root.Options.Add(option);
new WholeWay(settings).AddTo(root);
new Functions(settings).AddTo(root);
return await root.Parse(args).InvokeAsync();
