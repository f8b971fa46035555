//! What a made-up warehouse is made of: areas with their entities, places, sources and marts.

/// A part of the business and what is recorded there. All entities differ, so that a name needs no area to be unique.
pub(super) const AREAS: [(&str, [&str; 12]); 12] = [
    (
        "Sales",
        [
            "Sales orders",
            "Sales order lines",
            "Quotations",
            "Sales invoices",
            "Invoice lines",
            "Credit notes",
            "Customers",
            "Customer groups",
            "Price lists",
            "Discounts",
            "Sales targets",
            "Commissions",
        ],
    ),
    (
        "Finance",
        [
            "General ledger",
            "Chart of accounts",
            "Cost centers",
            "Budgets",
            "Accounts payable",
            "Accounts receivable",
            "Bank statements",
            "Fixed assets",
            "Depreciation",
            "Exchange rates",
            "VAT entries",
            "Intercompany",
        ],
    ),
    (
        "Purchasing",
        [
            "Purchase orders",
            "Purchase order lines",
            "Vendors",
            "Vendor invoices",
            "Contracts",
            "Requisitions",
            "Goods receipts",
            "Vendor ratings",
            "Lead times",
            "Blanket orders",
            "Purchase prices",
            "Landed costs",
        ],
    ),
    (
        "Inventory",
        [
            "Stock levels",
            "Stock movements",
            "Warehouses",
            "Bins",
            "Lots",
            "Serial numbers",
            "Items",
            "Item groups",
            "Units of measure",
            "Cycle counts",
            "Reservations",
            "Stock valuations",
        ],
    ),
    (
        "Logistics",
        [
            "Shipments",
            "Shipment lines",
            "Carriers",
            "Routes",
            "Freight costs",
            "Deliveries",
            "Returns",
            "Packing slips",
            "Customs entries",
            "Dock schedules",
            "Pallets",
            "Tracking events",
        ],
    ),
    (
        "Production",
        [
            "Production orders",
            "Bills of materials",
            "Routings",
            "Work centers",
            "Machine hours",
            "Scrap",
            "Downtime",
            "Shift plans",
            "Quality samples",
            "Batches",
            "Energy readings",
            "Sensor readings",
        ],
    ),
    (
        "Human resources",
        [
            "Employees",
            "Positions",
            "Departments",
            "Absences",
            "Time sheets",
            "Payroll",
            "Trainings",
            "Applicants",
            "Headcount",
            "Travel expenses",
            "Shifts",
            "Appraisals",
        ],
    ),
    (
        "Marketing",
        [
            "Campaigns",
            "Leads",
            "Newsletter clicks",
            "Web sessions",
            "Page views",
            "Ad spend",
            "Segments",
            "Surveys",
            "Events",
            "Vouchers",
            "Social mentions",
            "Loyalty points",
        ],
    ),
    (
        "Service",
        [
            "Tickets",
            "Ticket comments",
            "Service contracts",
            "Technicians",
            "Visits",
            "Spare parts",
            "Installed base",
            "Warranties",
            "Calls",
            "Chats",
            "Escalations",
            "Satisfaction scores",
        ],
    ),
    (
        "Retail",
        [
            "Receipts",
            "Receipt lines",
            "Tills",
            "Stores",
            "Gift cards",
            "Footfall",
            "Promotions",
            "Planograms",
            "Baskets",
            "Payments",
            "Refunds",
            "Opening hours",
        ],
    ),
    (
        "Projects",
        [
            "Project plans",
            "Milestones",
            "Project hours",
            "Project invoices",
            "Forecasts",
            "Resources",
            "Work packages",
            "Risks",
            "Change requests",
            "Subcontractors",
            "Project budgets",
            "Progress reports",
        ],
    ),
    (
        "Insurance",
        [
            "Policies",
            "Claims",
            "Premiums",
            "Brokers",
            "Reserves",
            "Payouts",
            "Coverages",
            "Renewals",
            "Endorsements",
            "Reinsurance",
            "Loss reports",
            "Risk scores",
        ],
    ),
];

/// How many entities there are.
pub(super) const ENTITIES: usize = AREAS.len() * 12;

/// Where the data is from.
pub(super) const PLACES: [&str; 40] = [
    "AT", "AU", "BE", "BG", "BR", "CA", "CH", "CL", "CN", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR",
    "HU", "IE", "IN", "IS", "IT", "JP", "KR", "LT", "LU", "LV", "MX", "NL", "NO", "NZ", "PL", "PT", "RO",
    "SE", "SI", "SK", "TR", "UK", "US",
];

/// Systems that are read from.
pub(super) const SOURCES: [&str; 10] =
    ["D365", "SAP", "CRM", "WMS", "Navision", "Salesforce", "Oracle EBS", "Dynamics GP", "MES", "HubSpot"];

/// Servers that are read from and written to.
pub(super) const SERVERS: [&str; 6] =
    ["SQLPROD01", "SQLPROD02", "DWH-SQL-03", "erp-db.internal", "synapse-ondemand", "10.20.4.17\\BI"];

/// Columns that make trouble.
pub(super) const COLUMNS: [&str; 10] = [
    "CustomerName",
    "PostingDate",
    "Description",
    "AmountLCY",
    "ExternalDocumentNo",
    "CurrencyCode",
    "Email",
    "Quantity",
    "UnitPrice",
    "ModifiedAt",
];
