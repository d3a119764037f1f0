using System.Security.Cryptography;
using System.Text;
using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Storage;

public sealed class DurableFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Commit_NewFile_AppearsAloneUnderItsName()
    {
        using (var file = DurableFile.Create(_folder.At("a/b/state.json")))
        {
            file.Stream.Write("whole"u8);
            file.Commit();
        }

        Assert.Equal("whole", File.ReadAllText(_folder.At("a/b/state.json")));
        Assert.Single(Directory.GetFiles(_folder.At("a/b")));
    }

    [Fact]
    public void Dispose_WithoutCommit_LeavesTheOldFileAndNothingElse()
    {
        var path = _folder.Write("state.json", "old");
        using (var file = DurableFile.Create(path))
        {
            file.Stream.Write("half"u8);
        }

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public void WriteAllText_OverAnOldFile_ReplacesIt()
    {
        var path = _folder.Write("state.json", "a much longer old text");

        DurableFile.WriteAllText(path, "new");

        Assert.Equal("new", File.ReadAllText(path));
    }

    [Fact]
    public void MoveFolder_FinishedFolder_TakesItsName()
    {
        DurableFile.WriteAllText(_folder.At("step.partial/weights"), "w");

        DurableFile.MoveFolder(_folder.At("step.partial"), _folder.At("step"));

        Assert.Equal("w", File.ReadAllText(_folder.At("step/weights")));
        Assert.False(Directory.Exists(_folder.At("step.partial")));
    }

    [Fact]
    public void Create_FolderIsAFile_Throws() => Assert.ThrowsAny<IOException>(() => DurableFile.Create(Path.Combine(_folder.Write("file", "x"), "inside")));

    [Fact]
    public async Task HashingStream_AsynchronousWriter_IsHashedOnTheWay()
    {
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 50_000).Select(number => $"{number}\n")));
        using var target = new MemoryStream();
        await using var hashing = new HashingStream(target);

        await new MemoryStream(bytes).CopyToAsync(hashing, TestContext.Current.CancellationToken);

        Assert.Equal((bytes.LongLength, Convert.ToHexStringLower(SHA256.HashData(bytes))), (hashing.Length, hashing.HashText()));
        Assert.Equal(bytes, target.ToArray());
    }
}
