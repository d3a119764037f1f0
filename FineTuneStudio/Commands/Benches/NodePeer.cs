using System.ComponentModel;
using System.Diagnostics;

namespace FineTuneStudio.Commands.Benches;

/// <summary>Another library under node, in a process of its own: a folder of <c>bench/</c> with a script and a pinned package.</summary>
internal sealed class NodePeer
{
    private readonly string _folder;

    private NodePeer(string folder)
    {
        _folder = folder;
    }

    /// <summary>The folder with its packages, which are installed when first needed; <c>null</c> (and a line on stderr) where they cannot be had.</summary>
    /// <param name="name">The folder's name below <c>bench/</c>.</param>
    public static NodePeer? Find(string name)
    {
        if (SharedFolder.Find("bench", name) is not { } folder)
        {
            Console.Error.WriteLine($"bench/{name} is not here, so there is nothing to compare with.");
            return null;
        }

        if (!Directory.Exists(Path.Combine(folder, "node_modules")) && Run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder, "", []) is null)
        {
            Console.Error.WriteLine($"npm could not install what bench/{name} needs, so there is nothing to compare with.");
            return null;
        }

        return new NodePeer(folder);
    }

    /// <summary>What a script of the folder writes, or <c>null</c> where it fails; its complaints go to stderr.</summary>
    public string? Run(string script, string[] arguments, string input = "", params (string Name, string Value)[] environment)
        => Run("node", [script, .. arguments], _folder, input, environment);

    private static string? Run(string program, string[] arguments, string folder, string input, (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (Win32Exception)
        {
            // The program is not installed.
            return null;
        }
    }
}
