// A process for the tests of persistence to kill, to be refused by, or to run out of disk. Each line it prints is a fact
// that its reader may rely on; standard output is not buffered.
using System.Diagnostics;
using System.Globalization;
using Larder;
using Larder.Crasher;
using Larder.Persistence;

try
{
    switch (args)
    {
        // Saves generation after generation until killed.
        case ["save", var path, var progressPath, var seed, var dwellMicroseconds]:
            {
                EndWithParent();
                using var progress = new Progress(progressPath);
                var random = new Random(int.Parse(seed, CultureInfo.InvariantCulture));
                int dwell = int.Parse(dwellMicroseconds, CultureInfo.InvariantCulture);
                using var target = new Target(path, step =>
                {
                    progress.Step = (int)step;
                    // Some steps take microseconds and others milliseconds; lingering lets a kill find each.
                    Linger(dwell == 0 ? 0 : random.Next(dwell));
                });
                while (true)
                {
                    target.SaveNext();
                    Console.WriteLine($"saved {target.Generation}");
                    progress.Step = (int)SaveStep.None;
                    Linger(dwell == 0 ? 0 : random.Next(dwell));
                }
            }

        // Saves the next generation and dies at a step of it.
        case ["die", var path, var at, var occurrence]:
            {
                SaveStep last = Enum.Parse<SaveStep>(at);
                int left = int.Parse(occurrence, CultureInfo.InvariantCulture);
                using var target = new Target(path, step =>
                {
                    if (step == last && --left == 0)
                        Process.GetCurrentProcess().Kill();
                });
                target.SaveNext();
                Console.WriteLine($"saved {target.Generation}");
                return 0;
            }

        // Keeps the file until its input ends.
        case ["hold", var path]:
            {
                using var target = new Target(path, null);
                Console.WriteLine("holding");
                Console.ReadLine();
                return 0;
            }

        // Saves something small, something of the given size, which is to fail, and something small again.
        case ["fill", var path, var size]:
            {
                using var target = new Target(path, null);
                target.SaveNext();
                Console.WriteLine($"saved {target.Generation}");
                try
                {
                    target.Save(-1, [("large", new byte[int.Parse(size, CultureInfo.InvariantCulture)])]);
                    Console.WriteLine("saved the large one");
                }
                catch (SnapshotException e)
                {
                    Console.WriteLine($"refused {e.Message}");
                }

                target.SaveNext();
                Console.WriteLine($"saved {target.Generation}");
                return 0;
            }

        default:
            Console.Error.WriteLine("usage: save PATH PROGRESS SEED DWELL | die PATH STEP OCCURRENCE | hold PATH | fill PATH BYTES");
            return 2;
    }
}
catch (SnapshotInUseException e)
{
    Console.WriteLine($"in use {e.Message}");
    return 1;
}

// A test run that is itself killed must not leave this loop behind: its end of standard input closes with it.
static void EndWithParent() => new Thread(() =>
{
    Console.In.ReadToEnd();
    Environment.Exit(3);
})
{ IsBackground = true }.Start();

// Sleeping is too coarse for microseconds, and spinning through milliseconds would starve the killer on a small machine.
static void Linger(int microseconds)
{
    if (microseconds >= 1500)
    {
        Thread.Sleep(microseconds / 1000);
        return;
    }

    long started = Stopwatch.GetTimestamp();
    while (Stopwatch.GetElapsedTime(started).TotalMicroseconds < microseconds)
        Thread.SpinWait(20);
}
