using System.Globalization;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>The attribute that a filter reads of every item: <c>user.name</c>, <c>0</c>.</summary>
internal sealed class AttributePath(RenderState state, object? attribute, object? missing = null)
{
    private readonly object[] _parts = attribute switch
    {
        null or None => [],
        string or Markup => [.. PyText.Raw(attribute)!.Split('.').Select(part => part.Length > 0 && part.Length < 18 && part.All(char.IsAsciiDigit)
            ? Boxed.Of(long.Parse(part, CultureInfo.InvariantCulture))
            : part)],
        _ => [attribute],
    };

    public object Read(object item)
    {
        foreach (var part in _parts)
        {
            item = Member.Item(state, item, part);
            if (item is Undefined && !Parameters.IsMissing(missing))
            {
                item = missing!;
            }
        }

        return item;
    }
}
