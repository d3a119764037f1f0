using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine;

/// <summary>docs/specification.md says what the code does.</summary>
public sealed class SpecificationDocumentTests
{
    [Fact]
    public void Document_EveryOption_IsListedWithItsMeaningSourceAndDefault()
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "specification.md"));
        Assert.All(OptionCatalog.All, option =>
        {
            var line = Assert.Single(lines, line => line.StartsWith($"| `{option.Path}` |", StringComparison.Ordinal));
            Assert.Contains(option.Reason, line, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Document_Example_IsASpecification()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "specification.md"));
        var start = text.IndexOf("```json", StringComparison.Ordinal) + "```json".Length;
        var example = text[start..text.IndexOf("```", start, StringComparison.Ordinal)];
        Assert.Equal("nano", RunSpecification.Parse(example, "docs/specification.md").Model);
    }
}
