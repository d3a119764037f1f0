using System.Collections.Frozen;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>jinja2's filters, with transformers' own <c>tojson</c>.</summary>
internal static class Filters
{
    public static readonly FrozenDictionary<string, Builtin> All =
        ((Builtin[])[.. TextFilters.All, .. HtmlFilters.All, .. NumberFilters.All, .. ItemFilters.All, .. OrderFilters.All, .. SelectFilters.All])
        .ToFrozenDictionary(filter => filter.Name);

    public static string Unknown(string name) => $"There is no filter '{name}'. Known are {string.Join(", ", All.Keys.Order(StringComparer.Ordinal))}.";
}
