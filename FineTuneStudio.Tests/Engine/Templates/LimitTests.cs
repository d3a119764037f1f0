using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Templates;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Templates;

/// <summary>Templates that would take all memory, time or stack are refused, quickly and with their line.</summary>
public sealed class LimitTests
{
    private static readonly TemplateLimits Small = new() { Characters = 10_000, Steps = 50_000, Depth = 50, Items = 1_000 };

    [Theory]
    [InlineData("{{ 'a' * 100000 }}")]
    [InlineData("{{ [1] * 100000 }}")]
    [InlineData("{{ ('a' * 9000) ~ ('a' * 9000) }}")]
    [InlineData("{% for i in range(1000) %}{{ 'a' * 100 }}{% endfor %}")]
    [InlineData("{% for i in range(900) %}{% for j in range(900) %}{% endfor %}{% endfor %}")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData("{{ 'ab'.replace('', 'x' * 9000) }}")]
    [InlineData("{{ 'a'.center(1000000) }}")]
    [InlineData("{{ 'a'|indent(1000000, true) }}")]
    [InlineData("{{ '%1000000000d' % 1 }}")]
    [InlineData("{{ '{:1000000000}'.format(1) }}")]
    [InlineData("{{ 9 ** 99999999 }}")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(900) %}{% set ns.l = ns.l + ns.l + [1] %}{% endfor %}{{ ns.l|length }}")]
    [InlineData("{% set ns = namespace(s='ab') %}{% for i in range(900) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}")]
    [InlineData("{% set ns = namespace(s='ab') %}{% for i in range(900) %}{% set ns.s = [ns.s, ns.s]|join(ns.s) %}{% endfor %}")]
    [InlineData("{% for i in range(1000) %}{% set x = 'a' * 9000 %}{% endfor %}")]
    [InlineData("{% for i in range(1000) %}{% set x %}{{ 'a' * 9000 }}{% endset %}{% endfor %}")]
    [InlineData("{{ range(900)|batch(1000000, 'x')|list|length }}")]
    public void Render_TooMuch_IsRefusedByALimit(string source)
    {
        Assert.False(Try(source, Small, out var fault));
        Assert.Equal(TemplateFaultKind.Limit, fault!.Kind);
        Assert.Equal(1, fault.Line);
    }

    [Fact]
    public void Render_RangeAboveTheSandboxsLimit_IsAnOverflow()
    {
        Assert.False(Try("{{ range(100001) }}", TemplateLimits.Default, out var fault));
        Assert.Equal(TemplateFaultKind.Overflow, fault!.Kind);
        Assert.True(Try("{{ range(100000)|length }}", TemplateLimits.Default, out _));
    }

    [Fact]
    public void Render_ValueNestedDeeply_IsRefusedRatherThanOverflowingTheStack()
    {
        const string Source = "{% set ns = namespace(x=[]) %}{% for i in range(100000) %}{% set ns.x = [ns.x] %}{% endfor %}";
        foreach (var use in (string[])["{{ ns.x }}", "{{ ns.x|tojson }}", "{{ ns.x == [ns.x] }}", "{{ ns.x|pprint }}", "{{ ns.x < [ns.x] }}"])
        {
            Assert.False(Try(Source + use, TemplateLimits.Default, out var fault), use);
            Assert.Equal(TemplateFaultKind.Limit, fault!.Kind);
        }
    }

    [Theory]
    [InlineData("(")]
    [InlineData("[")]
    [InlineData("-")]
    [InlineData("not ")]
    [InlineData("{1:")]
    public void Parse_ExpressionNestedDeeply_IsRefusedOrRead(string opening)
    {
        _ = ChatTemplate.TryParse("{{ " + string.Concat(Enumerable.Repeat(opening, 100_000)) + " }}", out var template, out var fault);

        Assert.Null(template);
        Assert.Equal(TemplateFaultKind.Syntax, fault!.Kind);
    }

    [Fact]
    public void Parse_BlocksNestedDeeply_IsRefused() =>
        Assert.False(ChatTemplate.TryParse(string.Concat(Enumerable.Repeat("{% if 1 %}", 100_000)), out _, out _));

    [Fact]
    public void Render_ChainOfManyOperators_IsReadAndRendered()
    {
        Assert.False(Try("{{ " + string.Join(" + ", Enumerable.Repeat("1", 200_000)) + " }}", TemplateLimits.Default, out var fault));
        Assert.Equal(TemplateFaultKind.Limit, fault!.Kind);
        Assert.True(Try("{{ " + string.Join(" + ", Enumerable.Repeat("1", 500)) + " }}", TemplateLimits.Default, out _));
    }

    [Fact]
    public void Render_FaultInAMacroOnLineThree_NamesLineThree()
    {
        Assert.False(Try("{% macro m(x) %}\n\n{{ x.a.b }}\n{% endmacro %}\n\n{{ m({}) }}", TemplateLimits.Default, out var fault));
        Assert.Equal((TemplateFaultKind.Undefined, 3), (fault!.Kind, fault.Line));
    }

    [Fact]
    public void Render_ListOfTheConversation_CannotBeChangedThroughANamespace()
    {
        const string Source = "{% set ns = namespace(m=messages) %}{% set _ = ns.m.append(1) %}";

        Assert.False(Try(Source, TemplateLimits.Default, out var fault));
        Assert.Equal(TemplateFaultKind.Security, fault!.Kind);
    }

    private static bool Try(string source, TemplateLimits limits, out TemplateFault? fault)
    {
        if (!ChatTemplate.TryParse(source, out var template, out fault))
        {
            return false;
        }

        return template.TryRender(new TemplateInput(new Conversation(JsonDocument.Parse("[]").RootElement)) { Limits = limits }, out _, out fault);
    }
}
