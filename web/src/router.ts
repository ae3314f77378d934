// The addresses of the pages. What is under /console needs somebody signed in; `permission` hides what one may not open.
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { loadSession, session } from './session'

declare module 'vue-router' {
  interface RouteMeta {
    console?: boolean
    open?: boolean
    title?: string
    permission?: string
    /** The permission must reach the whole jurisdiction, not only one's own organisation. */
    whole?: boolean
  }
}

const pages: RouteRecordRaw[] = [
  { path: '', name: 'home', component: () => import('./console/Home.vue'), meta: { title: 'home' } },
  { path: 'search', name: 'find', component: () => import('./casework/Find.vue'), meta: { title: 'search' } },
  { path: 'inbox', name: 'inbox', component: () => import('./casework/Inbox.vue'), meta: { title: 'inbox', permission: 'cases.act' } },
  { path: 'inbox/news', name: 'news', component: () => import('./casework/NewsPage.vue'), meta: { title: 'inbox', permission: 'cases.read' } },
  { path: 'inbox/calendar', name: 'calendar', component: () => import('./casework/CalendarPage.vue'), meta: { title: 'inbox', permission: 'cases.read' } },
  { path: 'cases', name: 'cases', component: () => import('./casework/Cases.vue'), meta: { title: 'cases', permission: 'cases.read' } },
  { path: 'cases/import', name: 'case-import', component: () => import('./casework/CaseImport.vue'), meta: { title: 'cases', permission: 'cases.act' } },
  { path: 'cases/:id', name: 'case', component: () => import('./casework/CasePage.vue'), meta: { title: 'cases', permission: 'cases.read' } },
  { path: 'register', name: 'register', component: () => import('./casework/Register.vue'), meta: { title: 'register', permission: 'cases.read' } },
  { path: 'publications', name: 'publications', component: () => import('./casework/Publications.vue'), meta: { title: 'publications', permission: 'cases.read', whole: true } },
  { path: 'publications/:id', name: 'publication', component: () => import('./casework/PublicationPage.vue'), meta: { title: 'publications', permission: 'cases.read', whole: true } },
  { path: 'reports', name: 'reports', component: () => import('./reporting/Reports.vue'), meta: { title: 'reports', permission: 'reports.read' } },
  { path: 'reports/dictionary', name: 'report-dictionary', component: () => import('./reporting/Dictionary.vue'), meta: { title: 'reports', permission: 'reports.read' } },
  { path: 'report-sets/:set/totals', name: 'report-totals', component: () => import('./reporting/Totals.vue'), meta: { title: 'reports', permission: 'reports.read' } },
  { path: 'reports/:set/:organisation/:period', name: 'report', component: () => import('./reporting/ReportPage.vue'), meta: { title: 'reports', permission: 'reports.read' } },
  { path: 'report-sets/:set', name: 'report-set', component: () => import('./reporting/ReportSet.vue'), meta: { title: 'reports', permission: 'reports.read' } },
  { path: 'plan', name: 'plan', component: () => import('./casework/Plan.vue'), meta: { title: 'plan' } },
  { path: 'plan/:number', name: 'article', component: () => import('./casework/ArticlePage.vue'), meta: { title: 'plan' } },
  { path: 'statements', name: 'statements', component: () => import('./console/Statements.vue'), meta: { title: 'statements', permission: 'statements.read' } },
  { path: 'statements/:id', name: 'statement', component: () => import('./console/Statement.vue'), meta: { title: 'statements', permission: 'statements.read' } },
  { path: 'readings', name: 'readings', component: () => import('./console/Readings.vue'), meta: { title: 'readings', permission: 'readings.read' } },
  { path: 'readings/import', name: 'import', component: () => import('./console/Import.vue'), meta: { title: 'import', permission: 'readings.import' } },
  { path: 'readings/imports', name: 'imports', component: () => import('./console/Imports.vue'), meta: { title: 'imports', permission: 'readings.read' } },
  { path: 'rules', name: 'rules', component: () => import('./console/Rules.vue'), meta: { title: 'rules', permission: 'rules.read' } },
  { path: 'rules/:name', name: 'rule', component: () => import('./console/Rule.vue'), meta: { title: 'rules', permission: 'rules.read' } },
  { path: 'what-if', name: 'whatif', component: () => import('./console/WhatIf.vue'), meta: { title: 'whatif', permission: 'whatif.run' } },
  { path: 'allocation', name: 'allocation', component: () => import('./allocation/Studio.vue'), meta: { title: 'allocation', permission: 'whatif.run', whole: true } },
  { path: 'allocation/ranking', name: 'ranking', component: () => import('./allocation/Ranking.vue'), meta: { title: 'allocation', permission: 'whatif.run', whole: true } },
  { path: 'map', name: 'map', component: () => import('./console/MapPage.vue'), meta: { title: 'map', permission: 'readings.read' } },
  { path: 'compliance', name: 'compliance', component: () => import('./compliance/Compliance.vue'), meta: { title: 'compliance', permission: 'rights.read' } },
  { path: 'compliance/:rule/:place', name: 'standing', component: () => import('./compliance/StandingPage.vue'), meta: { title: 'compliance', permission: 'rights.read' } },
  { path: 'ledger', name: 'ledger', component: () => import('./console/Ledger.vue'), meta: { title: 'ledger', permission: 'ledger.read' } },
  { path: 'bank', name: 'bank', component: () => import('./bank/Bank.vue'), meta: { title: 'bank', permission: 'statements.read', whole: true } },
  { path: 'rights', name: 'rights', component: () => import('./rights/MyRights.vue'), meta: { title: 'rights', permission: 'rights.read' } },
  { path: 'rights/transactions/:key', name: 'right-transaction', component: () => import('./rights/TransactionPage.vue'), meta: { title: 'rights', permission: 'rights.read' } },
  { path: 'registry/accounts/:account', name: 'right-account', component: () => import('./rights/AccountPage.vue'), meta: { title: 'registry', permission: 'rights.read', whole: true } },
  { path: 'registry/chain', name: 'right-chain', component: () => import('./rights/ChainPage.vue'), meta: { title: 'registry', permission: 'rights.read', whole: true } },
  { path: 'registry/:tab?', name: 'registry', component: () => import('./rights/Registry.vue'), meta: { title: 'registry', permission: 'rights.read', whole: true } },
  { path: 'caps', name: 'caps', component: () => import('./rights/Caps.vue'), meta: { title: 'caps', permission: 'rights.read', whole: true } },
  { path: 'exchange', name: 'exchange', component: () => import('./exchange/Auctions.vue'), meta: { title: 'exchange', permission: 'rights.read' } },
  { path: 'surveillance', name: 'surveillance', component: () => import('./exchange/Surveillance.vue'), meta: { title: 'surveillance', permission: 'surveillance.read', whole: true } },
  { path: 'exchange/:number', name: 'auction', component: () => import('./exchange/AuctionRoom.vue'), meta: { title: 'exchange', permission: 'rights.read' } },
  { path: 'smart', name: 'smart', component: () => import('./smart/SmartRounds.vue'), meta: { title: 'smart', permission: 'rights.read' } },
  { path: 'smart/:number', name: 'smart-round', component: () => import('./smart/SmartRoom.vue'), meta: { title: 'smart', permission: 'rights.read' } },
  { path: 'markets', name: 'markets', component: () => import('./market/Markets.vue'), meta: { title: 'markets', permission: 'rights.read' } },
  { path: 'markets/:number', name: 'market', component: () => import('./market/MarketPage.vue'), meta: { title: 'markets', permission: 'rights.read' } },
  { path: 'privacy/:tab?', name: 'privacy', component: () => import('./privacy/Privacy.vue'), meta: { title: 'privacy' } },
  { path: 'account', name: 'account', component: () => import('./console/Account.vue'), meta: { title: 'account' } },
  { path: 'admin/:tab?', name: 'admin', component: () => import('./console/Admin.vue'), meta: { title: 'admin' } },
  { path: ':rest(.*)*', name: 'console-missing', component: () => import('./parts/Missing.vue') },
]

export const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? undefined : { top: 0 }),
  routes: [
    {
      path: '/',
      component: () => import('./portal/Portal.vue'),
      children: [
        { path: '', name: 'portal', component: () => import('./portal/Overview.vue'), meta: { title: 'portal' } },
        { path: 'notices', name: 'notices', component: () => import('./portal/Notices.vue'), meta: { title: 'notices' } },
        { path: 'notices/archive', name: 'archive', component: () => import('./portal/Archive.vue'), meta: { title: 'archive' } },
        { path: 'notices/:id', name: 'notice', component: () => import('./portal/NoticePage.vue'), meta: { title: 'notices' } },
        { path: 'markets', name: 'public-markets', component: () => import('./portal/Markets.vue'), meta: { title: 'public_markets' } },
        { path: 'markets/:number', name: 'public-market', component: () => import('./portal/MarketPrices.vue'), meta: { title: 'public_markets' } },
        { path: 'auctions', name: 'public-auctions', component: () => import('./portal/AuctionNotices.vue'), meta: { title: 'notices' } },
        { path: 'auctions/:number', name: 'public-auction', component: () => import('./portal/AuctionNotice.vue'), meta: { title: 'notices' } },
        { path: 'smart', name: 'public-smart-rounds', component: () => import('./portal/SmartNotices.vue'), meta: { title: 'notices' } },
        { path: 'smart/:number', name: 'public-smart-round', component: () => import('./portal/SmartNotice.vue'), meta: { title: 'notices' } },
        { path: 'market', name: 'public-prices', component: () => import('./portal/Prices.vue'), meta: { title: 'prices' } },
        { path: 'market/:day', name: 'public-bulletin', component: () => import('./portal/BulletinPage.vue'), meta: { title: 'prices' } },
        { path: 'plan', name: 'progress', component: () => import('./portal/Progress.vue'), meta: { title: 'progress' } },
        { path: 'plan/:number', name: 'public-article', component: () => import('./portal/ProgressArticle.vue'), meta: { title: 'progress' } },
        { path: 'search', name: 'search', component: () => import('./portal/Search.vue'), meta: { title: 'search' } },
        { path: 'rules', name: 'policies', component: () => import('./portal/Policies.vue'), meta: { title: 'policies' } },
        { path: 'rules/:name', name: 'policy', component: () => import('./portal/Policy.vue'), meta: { title: 'policies' } },
        { path: 'registry', name: 'right-lookup', component: () => import('./portal/Rights.vue'), meta: { title: 'right_lookup' } },
        { path: 'data', name: 'data', component: () => import('./portal/OpenData.vue'), meta: { title: 'data' } },
        { path: 'explained', name: 'explained', component: () => import('./portal/Explained.vue'), meta: { title: 'explained' } },
        { path: 'verify/:code?', name: 'verify', component: () => import('./portal/Verify.vue'), meta: { title: 'verify' } },
      ],
    },
    { path: '/console/sign-in', name: 'sign-in', component: () => import('./console/SignIn.vue'), meta: { console: true, open: true, title: 'sign_in' } },
    { path: '/reset/:token?', name: 'reset', component: () => import('./console/Reset.vue'), meta: { console: true, open: true, title: 'reset' } },
    { path: '/console/password', name: 'password', component: () => import('./console/Password.vue'), meta: { console: true, title: 'password' } },
    { path: '/console', component: () => import('./console/Shell.vue'), meta: { console: true }, children: pages },
    { path: '/:rest(.*)*', name: 'missing', component: () => import('./parts/Missing.vue') },
  ],
})

router.beforeEach(async (to) => {
  if (!to.meta.console) return true
  // A server that cannot be reached is told on the sign-in page.
  await loadSession().catch(() => undefined)
  if (to.meta.open) return true
  if (!session.value) return { name: 'sign-in', query: { next: to.fullPath } }
  if (session.value.user.must_change_password && to.name !== 'password') return { name: 'password', query: { next: to.fullPath } }
  return true
})
