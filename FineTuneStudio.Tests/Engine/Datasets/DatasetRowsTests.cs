using System.Text;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Datasets;

public sealed class DatasetRowsTests : IDisposable
{
    private const string Good = """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]}""";
    private const string NoAnswer = """{"messages":[{"role":"user","content":"Hi"}]}""";
    private const string Odd = """{"messages":[{"role":"user","content":"Hi"},{"role":"user","content":"Hey"},{"role":"assistant","content":"Hello"}]}""";
    private const string Tools = """{"messages":[{"role":"system","content":"s"},{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}],"tools":[{"type":"function","function":{"name":"f"}}]}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Place_GoodAndBadRowsAndBlankLines_AreNumberedInTheOrderOfTheFile(bool cached)
    {
        using var index = Open(cached, Good, "", NoAnswer, "no json", Odd, Tools, Good, NoAnswer);
        var rows = new DatasetRows(index);

        var places = Enumerable.Range(0, rows.Count).Select(rows.Place).ToList();

        Assert.Equal([1L, 3, 4, 5, 6, 7, 8], places.Select(place => place.Line));
        Assert.Equal([0, null, null, 1, 2, 3, null], places.Select(place => place.Good));
        Assert.Equal((7, 3), (rows.Count, rows.BadCount));
        Assert.Equal([false, true, true, true, false, true, true], places.Select(place => place.IsFaulty));
        Assert.Equal(RowTraits.Warned | RowTraits.Turns, places[3].Traits);
        Assert.Equal(RowTraits.Tools | RowTraits.System, places[4].Traits);
        Assert.Equal(RowTraits.Repeated, places[5].Traits);
        Assert.Equal([0, 3, 4, 5], Enumerable.Range(0, index.Count).Select(rows.NumberOf));
    }

    [Fact]
    public void NumberOfLine_AnyLine_IsTheRowThatBeginsAtOrAboveIt()
    {
        using var index = Open(cached: false, "", Good, "", NoAnswer, Odd);
        var rows = new DatasetRows(index);

        Assert.Equal([0, 0, 0, 1, 2, 2], new long[] { 1, 2, 3, 4, 5, 900 }.Select(rows.NumberOfLine));
    }

    [Fact]
    public void FaultsOf_EachRow_AreThoseOfTheReport()
    {
        using var index = Open(cached: true, Good, NoAnswer, "no json", Odd, """{"messages":[{"role":"robot","content":"Hi"},{"role":"assistant"}]}""", Good, "{\"messages\":[");
        var rows = new DatasetRows(index);

        var found = Enumerable.Range(0, rows.Count).SelectMany(rows.FaultsOf);

        Assert.Equal(index.Report.Faults.Where(fault => fault.Line > 0), found.OrderBy(fault => fault.Line).ThenBy(fault => fault.ByteOffset));
        Assert.True(found.Count() >= 6);
    }

    [Fact]
    public void FaultsOf_RowThatIsTooLong_SaysSo()
    {
        var path = _folder.Write("rows.jsonl", string.Join('\n', Good, $"{{\"messages\":[{{\"role\":\"user\",\"content\":\"{new string('x', 5000)}\"}}]}}", Good));
        using var index = DatasetIndex.Open(path, new DatasetCheckOptions { MaxRowBytes = 2048 }, TestContext.Current.CancellationToken);
        var rows = new DatasetRows(index);

        Assert.Equal(DatasetFaultKind.RowTooLong, Assert.Single(rows.FaultsOf(1)).Kind);
        Assert.StartsWith("{\"messages\"", Encoding.UTF8.GetString(rows.ReadRaw(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NothingButBadRows_CanBeLookedAt()
    {
        using var index = DatasetIndex.Open(
            _folder.Write("rows.jsonl", NoAnswer), new DatasetCheckOptions(), null, TestContext.Current.CancellationToken, allowNoGoodRow: true);

        Assert.Equal((1, NoAnswer), (new DatasetRows(index).Count, Encoding.UTF8.GetString(new DatasetRows(index).ReadRaw(0))));
    }

    private DatasetIndex Open(bool cached, params string[] lines)
    {
        var path = _folder.Write("rows.jsonl", string.Join('\n', lines));
        if (cached)
        {
            DatasetIndex.Check(path, new DatasetCheckOptions(), _folder.At("index"), TestContext.Current.CancellationToken);
        }

        return DatasetIndex.Open(path, new DatasetCheckOptions(), cached ? _folder.At("index") : null, TestContext.Current.CancellationToken);
    }
}
