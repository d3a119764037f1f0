using System.Reflection;
using Microsoft.AspNetCore.Components;
using Xunit;

namespace FineTuneStudio.Tests.Architecture;

/// <summary>What holds for every component.</summary>
public sealed class ComponentTests
{
    /// <summary>
    /// Blazor walks over all that read the address while it tells them of a change; a component that comes or goes with the change breaks the walk,
    /// and the page stays where it was. A page is made anew by the router, outside of it.
    /// </summary>
    [Fact]
    public void Components_ThatReadTheAddress_ArePages()
        => Assert.All(
            typeof(FineTuneStudio.Components.App).Assembly.GetTypes().Where(type => type.GetProperties().Any(property => property.GetCustomAttribute<SupplyParameterFromQueryAttribute>() is not null)),
            type => Assert.NotEmpty(type.GetCustomAttributes<RouteAttribute>()));
}
