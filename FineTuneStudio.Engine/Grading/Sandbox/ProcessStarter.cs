using System.Collections.Concurrent;
using System.Diagnostics;

namespace FineTuneStudio.Engine.Grading.Sandbox;

/// <summary>Starts processes from one thread that never ends.</summary>
/// <remarks>"Die with your parent" means the thread that started it: a thread of the pool may end long before the program does.</remarks>
internal static class ProcessStarter
{
    private static readonly BlockingCollection<Action> Requests = [];

    static ProcessStarter() => new Thread(() =>
    {
        foreach (var request in Requests.GetConsumingEnumerable())
        {
            request();
        }
    })
    { IsBackground = true, Name = "sandbox starter" }.Start();

    /// <summary>Starts a process and waits until it is started.</summary>
    public static Process Start(ProcessStartInfo info)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Requests.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(info)!);
            }
            catch (Exception exception)
            {
                started.SetException(exception);
            }
        });
        return started.Task.GetAwaiter().GetResult();
    }
}
