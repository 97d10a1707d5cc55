using System.Runtime.CompilerServices;

// A program that the kill tests start and kill in the middle of a save.
[assembly: InternalsVisibleTo("Larder.Crasher")]
