using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Storage;

namespace FineTuneStudio.Commands;

/// <summary>Turns what a verb does into an exit code: 0 success, 2 a person's mistake (one clear line each on stderr), 1 a defect.</summary>
internal static class CommandRunner
{
    public const int Success = 0;
    public const int Defect = 1;
    public const int Refused = 2;

    public static int Run(Func<int> body)
    {
        try
        {
            return body();
        }
        catch (UserErrorException exception)
        {
            foreach (var error in exception.Errors)
            {
                Console.Error.WriteLine($"studio: {error}");
            }

            return Refused;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("studio: stopped.");
            return Refused;
        }
        catch (IOException exception) when (DiskFaults.IsDiskFull(exception))
        {
            Console.Error.WriteLine($"studio: the disk is full: {exception.Message} Free some space, or choose another place; nothing stored before was changed.");
            return Refused;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"studio: {exception.Message} Check the path and your rights to it.");
            return Refused;
        }
        catch (Exception exception)
        {
            Console.Error.WriteLine($"studio: a defect, please report it: {exception}");
            return Defect;
        }
    }
}
