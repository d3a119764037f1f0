using System.Diagnostics;
using System.Text.Json;

namespace FineTuneStudio.Commands.Benches;

/// <summary>Hugging Face's native tokenizers under node, one thread, in a process of its own.</summary>
internal sealed class TokenizersPeer
{
    private readonly string _folder;

    private TokenizersPeer(string folder)
    {
        _folder = folder;
    }

    /// <summary>The other library, installed when first needed; <c>null</c> (and a line on stderr) where it cannot be had.</summary>
    public static TokenizersPeer? Find()
    {
        if (SharedFolder.Find("bench", "tokenizers-peer") is not { } folder)
        {
            Console.Error.WriteLine("bench tokenize: bench/tokenizers-peer is not here, so there is nothing to compare with.");
            return null;
        }

        if (!Directory.Exists(Path.Combine(folder, "node_modules")) && Run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder) is null)
        {
            Console.Error.WriteLine("bench tokenize: npm could not install the other library, so there is nothing to compare with.");
            return null;
        }

        return new TokenizersPeer(folder);
    }

    /// <summary>Its best pass over the texts, in seconds, and the checksum of its ids.</summary>
    public (double Seconds, int Checksum)? Measure(string tokenizerPath, string textsPath, int passes)
    {
        string[] arguments = ["measure.mjs", tokenizerPath, textsPath, passes.ToString(System.Globalization.CultureInfo.InvariantCulture)];
        var output = Run("node", arguments, _folder);
        if (output is null)
        {
            return null;
        }

        var result = JsonElement.Parse(output);
        return (result.GetProperty("seconds").GetDouble(), result.GetProperty("checksum").GetInt32());
    }

    private static string? Run(string program, string[] arguments, string folder)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true };
        start.Environment["RAYON_NUM_THREADS"] = "1";
        start.Environment["UV_THREADPOOL_SIZE"] = "1";
        start.Environment["TOKENIZERS_PARALLELISM"] = "false";
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // The program is not installed.
            return null;
        }
    }
}
