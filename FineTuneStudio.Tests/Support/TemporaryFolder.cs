using System.Text;

namespace FineTuneStudio.Tests.Support;

/// <summary>A folder of the test's own, gone at its end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("finetunestudio-test-");

    public string FullName => _folder.FullName;

    /// <summary>A path in the folder.</summary>
    public string At(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Writes a file as UTF-8 without a mark and returns its path.</summary>
    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(At(name), bytes);
        return At(name);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
