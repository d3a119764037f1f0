using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FineTuneStudio.Persistence.Migrations;

/// <summary>What a person chose for the whole studio.</summary>
[DbContext(typeof(StudioDatabase))]
[Migration("0004_Settings")]
internal sealed class M0004Settings : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
        => migrationBuilder.CreateTable(
            "Settings",
            table => new
            {
                Key = table.Column<string>(maxLength: 100),
                Content = table.Column<string>(),
            },
            constraints: table => table.PrimaryKey("PK_Settings", row => row.Key));

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("Settings");
}
